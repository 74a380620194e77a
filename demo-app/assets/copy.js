// Adds a copy button wherever a page names something to copy. Without script there is none, and nothing is missing.
const live = document.createElement("p");
live.className = "unseen";
live.setAttribute("role", "status");
document.body.append(live);

for (const place of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(place.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  const button = document.createElement("button");
  const label = `Copy ${place.dataset.what}`;
  button.type = "button";
  button.className = "button small";
  button.textContent = label;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed: select and copy";
    }
    live.textContent = button.textContent;
    setTimeout(() => {
      button.textContent = label;
      live.textContent = "";
    }, 2500);
  });
  place.append(button);
}
