// Asks whether the phone has answered, and goes on when it has. Without script the user presses the button.
const form = document.getElementById("push");
const query = new URLSearchParams({ stateHandle: form.elements.namedItem("stateHandle").value });
const interval = 2000;

const ask = async () => {
  try {
    const reply = await fetch(`${form.action}?${query}`, { cache: "no-store" });
    if (reply.ok && !(await reply.json()).waiting) {
      form.submit();
      return;
    }
  } catch {
    // The mock may be starting again.
  }
  setTimeout(ask, interval);
};
setTimeout(ask, interval);
