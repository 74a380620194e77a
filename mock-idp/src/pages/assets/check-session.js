// OpenID Connect Session Management 3.2: a client asks with its id and its session_state, and is answered "unchanged", "changed"
// or "error".
const { stateCookie } = document.currentScript.dataset;

function browserState() {
  const prefix = stateCookie + "=";
  const pair = document.cookie.split("; ").find((pair) => pair.startsWith(prefix));
  return pair ? pair.slice(prefix.length) : "";
}

async function sessionState(clientId, origin, salt) {
  const text = [clientId, origin, browserState(), salt].join(" ");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("") + "." + salt;
}

async function answer(message, origin) {
  const [, clientId, state, salt] = /^(\S+) ([0-9a-f]{64}\.(\S+))$/.exec(message) ?? [];
  // Browsers have crypto.subtle on https and on this machine only.
  if (!clientId || !crypto.subtle) return "error";
  return (await sessionState(clientId, origin, salt)) === state ? "unchanged" : "changed";
}

addEventListener("message", async (event) => {
  if (typeof event.data !== "string" || !event.source || event.origin === "null") return;
  event.source.postMessage(await answer(event.data, event.origin), event.origin);
});
