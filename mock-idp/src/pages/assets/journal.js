// Keeps the journal up to date. The page works without: a reload shows the same.
const live = document.getElementById("live");
const news = document.getElementById("news");
const INTERVAL = 1000;

const rows = (root) => new Set([...root.querySelectorAll("tr[id]")].map((row) => row.id));

async function refresh() {
  const shown = document.getElementById("journal");
  // Not under the hands of someone who reads or walks through the table.
  if (!live.checked || document.hidden || shown.contains(document.activeElement) || !getSelection().isCollapsed) return;
  const response = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
  if (!response.ok) return;
  const fetched = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("journal");
  if (fetched.textContent === shown.textContent) return;
  const before = rows(shown);
  const added = [...rows(fetched)].filter((id) => !before.has(id)).length;
  shown.replaceWith(fetched);
  if (added > 0) news.textContent = added === 1 ? "1 new request" : `${added} new requests`;
}

document.getElementById("live-control").hidden = false;
(async () => {
  for (;;) {
    await new Promise((resume) => setTimeout(resume, INTERVAL));
    // A mock that is stopped is asked again: it may be started again.
    await refresh().catch(() => {});
  }
})();
