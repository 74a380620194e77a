// Keeps the place after a form of a page was sent: what was folded out, and how far the page was scrolled. Without script the
// page opens at the result of the form.
const key = `place:${location.pathname}`;
const folds = () => [...document.querySelectorAll("details[id]")];

const saved = JSON.parse(sessionStorage.getItem(key) ?? "null");
sessionStorage.removeItem(key);
if (saved) {
  for (const fold of folds()) {
    if (saved.known.includes(fold.id)) fold.open = saved.open.includes(fold.id);
  }
  // A result outside of the window is scrolled to by the fragment of the URL.
  const result = location.hash && document.getElementById(location.hash.slice(1));
  const top = result ? result.getBoundingClientRect().top + scrollY : saved.scroll;
  const isVisible = top >= saved.scroll && top < saved.scroll + innerHeight / 2;
  if (!result || isVisible) {
    const restore = () => scrollTo(0, document.querySelector("[data-notice]") ? 0 : saved.scroll);
    restore();
    // The browser scrolls to the fragment once more when the page is complete.
    addEventListener("load", restore);
  }
}

document.addEventListener("submit", () => {
  const state = {
    scroll: scrollY,
    known: folds().map((fold) => fold.id),
    open: folds().filter((fold) => fold.open).map((fold) => fold.id),
  };
  sessionStorage.setItem(key, JSON.stringify(state));
});
