// Registers or uses a passkey or a security key, or lets the browser offer one, and submits what the browser answers.
const form = document.getElementById("passkey");
const failure = document.getElementById("passkey-failure");
const enrolls = form.dataset.ceremony === "create";
const autofills = form.dataset.ceremony === "autofill";
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const base64 = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));

const publicKey = () => {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials]) {
    for (const credential of list ?? []) credential.id = bytes(credential.id);
  }
  return options;
};

const fill = (name, value) => {
  form.elements.namedItem(`credentials.${name}`).value = value;
};

// "Keep me signed in" is in the form that asks for the name.
const copyRememberMe = () => {
  if (!document.querySelector("input[name=rememberMe]:checked")) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "rememberMe", value: "true" });
  form.append(field);
};

// The first page has no place for it: there the user can go on without a passkey.
const say = (text) => {
  if (failure) failure.textContent = text;
};

let running = false;
const start = async () => {
  if (running) return;
  running = true;
  say("");
  try {
    const options = { publicKey: publicKey(), ...(autofills && { mediation: "conditional" }) };
    const { response } = await (enrolls ? navigator.credentials.create(options) : navigator.credentials.get(options));
    fill("clientData", base64(response.clientDataJSON));
    if (enrolls) {
      fill("attestation", base64(response.attestationObject));
      fill("transports", JSON.stringify(response.getTransports?.() ?? []));
    } else {
      fill("authenticatorData", base64(response.authenticatorData));
      fill("signatureData", base64(response.signature));
      fill("userHandle", response.userHandle ? base64(response.userHandle) : "");
    }
    if (autofills) copyRememberMe();
    form.submit();
  } catch (error) {
    say(`${form.dataset.failure} (${error.name}: ${error.message})`);
    running = false;
  }
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (window.PublicKeyCredential) start();
  else say(form.dataset.unsupported);
});
if (autofills) {
  // The browser offers passkeys among the names that it knows, until the page is left.
  if (await window.PublicKeyCredential?.isConditionalMediationAvailable?.()) start();
}
// After a refused answer, the user tries again by the button.
else if (window.PublicKeyCredential && form.dataset.start === "true") start();
