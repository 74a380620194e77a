// Adds a copy button wherever a page names something to copy. Without script there is none, and nothing is missing.
const live = document.createElement("p");
live.className = "unseen";
live.setAttribute("role", "status");
document.body.append(live);

// Browsers have no clipboard on plain http, except at localhost: there the text is selected and copied as a person would.
async function copy(source) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(source.textContent.trim());
    return;
  }
  const selection = getSelection();
  selection.selectAllChildren(source);
  if (!document.execCommand("copy")) throw new Error("not allowed");
  selection.removeAllRanges();
}

for (const place of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(place.dataset.copy);
  if (!source) continue;
  const button = document.createElement("button");
  const label = `Copy ${place.dataset.what}`;
  button.type = "button";
  button.className = "button small";
  button.textContent = label;
  button.addEventListener("click", async () => {
    try {
      await copy(source);
      button.textContent = "Copied";
    } catch {
      // The text is selected, so that the keyboard can copy it.
      getSelection().selectAllChildren(source);
      button.textContent = "Not allowed: the text is selected, copy it";
    }
    live.textContent = button.textContent;
    setTimeout(() => {
      button.textContent = label;
      live.textContent = "";
    }, 2500);
  });
  place.append(button);
}
