// Progressive only: the page works without it.
for (const button of document.querySelectorAll(".reveal")) {
  const field = document.getElementById(button.getAttribute("aria-controls"));
  const show = (visible) => {
    field.type = visible ? "text" : "password";
    button.setAttribute("aria-pressed", String(visible));
  };
  button.addEventListener("click", () => show(field.type === "password"));
  // A password manager must not save what it sees as plain text.
  field.form.addEventListener("submit", () => show(false));
  button.hidden = false;
}
