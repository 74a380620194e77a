// Buttons that copy the text of an element. The page works without: the text can be selected.
const said = document.getElementById("copied");
for (const button of document.querySelectorAll("button.copy")) {
  const label = button.firstChild;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    let done = true;
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      // Not allowed here: the text is selected instead, ready for the keyboard.
      getSelection().selectAllChildren(source);
      done = false;
    }
    label.data = done ? "Copied" : "Selected";
    said.textContent = label.data;
    setTimeout(() => { label.data = "Copy"; }, 2000);
  });
  button.hidden = false;
}
