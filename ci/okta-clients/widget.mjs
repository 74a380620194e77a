// Signs in with @okta/okta-signin-widget in Chromium: the files of the npm package, served here, in each of its generations.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { open } from "./browser.mjs";
import { nextCode } from "./totp.mjs";

const { ORG } = process.env;
const LOGIN = "buyer@example.test";
const PASSWORD = "Passw0rd!";
const API_TOKEN = "00mockMarketApiToken0123456789abcdefghijkl";
const DIST = new URL("node_modules/@okta/okta-signin-widget/dist/", import.meta.url);

const page = (script, style, more) => `<!doctype html><title>widget</title>
<link rel="stylesheet" href="/css/${style}"><script src="/js/${script}"></script>
<div id="widget"></div><p id="result"></p>
<script>
  const widget = new OktaSignIn(${JSON.stringify(more)});
  widget.showSignInToGetTokens({ el: "#widget", scopes: ["openid", "profile", "email"] }).then(
    async (tokens) => {
      const session = await widget.authClient.session.get();
      const { email } = tokens.idToken.claims;
      document.querySelector("#result").textContent = "Hello " + email + ", session of " + session.login + " " + session.status;
    },
    (error) => { document.querySelector("#result").textContent = "Error " + error; });
</script>`;

const types = { js: "text/javascript", css: "text/css", json: "application/json" };
const pages = {};
const server = createServer(async ({ url }, response) => {
  const path = url.split("?")[0];
  if (pages[path]) return response.setHeader("content-type", "text/html").end(pages[path]);
  try {
    const file = await readFile(new URL(`.${path}`, DIST));
    response.setHeader("content-type", types[path.split(".").pop()] ?? "application/octet-stream").end(file);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, "localhost", done));
const site = `http://localhost:${server.address().port}`;

const redirectUri = `${site}/login/callback`;
const config = {
  baseUrl: ORG, clientId: "0oamarketembed0005d7", redirectUri, language: "en",
  authParams: { issuer: `${ORG}/oauth2/default`, scopes: ["openid", "profile", "email"] },
};
Object.assign(pages, {
  "/gen2": page("okta-sign-in.min.js", "okta-sign-in.min.css", config),
  "/gen3": page("okta-sign-in.next.js", "okta-sign-in.next.css", { ...config, authScheme: "OAUTH2" }),
  "/classic": page("okta-sign-in.min.js", "okta-sign-in.min.css", { ...config, useClassicEngine: true }),
});

// The mock does not know the port of this server.
const added = await fetch(`${ORG}/_mock/redirect-uris`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ client: config.clientId, redirect_uri: redirectUri }),
});
assert.equal(added.status, 200);
const trusted = await fetch(`${ORG}/api/v1/trustedOrigins`, {
  method: "POST",
  headers: { authorization: `SSWS ${API_TOKEN}`, "content-type": "application/json" },
  body: JSON.stringify({ name: "widget", origin: site, scopes: [{ type: "CORS" }, { type: "REDIRECT" }] }),
});
assert.equal(trusted.status, 200);

const IDENTIFIER = 'input[name="identifier"]';
const PASSCODE = 'input[name="credentials.passcode"]';
const SUBMIT = { gen2: 'input[type="submit"]', gen3: 'button[type="submit"]' };

/** A user with a security question, an authenticator app and a phone. */
const WITH_FACTORS = "mfa@example.test";

async function toSecondFactor(browser, submit) {
  await browser.type(IDENTIFIER, WITH_FACTORS);
  await browser.click(submit);
  await browser.type(PASSCODE, PASSWORD);
  await browser.click(submit);
}

async function inTwoSteps(browser, submit) {
  await browser.type(IDENTIFIER, LOGIN);
  await browser.click(submit);
  await browser.type(PASSCODE, "wrong");
  await browser.click(submit);
  assert.match(await browser.text('[role="alert"], .infobox-error'), /incorrect|Unable to sign in/i);
  await browser.type(PASSCODE, PASSWORD);
  await browser.click(submit);
}

const generations = {
  gen2: (browser) => inTwoSteps(browser, SUBMIT.gen2),
  gen3: (browser) => inTwoSteps(browser, SUBMIT.gen3),
  classic: (browser) => classic(browser, LOGIN),
};

async function classic(browser, login) {
  await browser.type("#okta-signin-username", login);
  await browser.type("#okta-signin-password", PASSWORD);
  await browser.click("#okta-signin-submit");
}

const secondFactors = {
  async gen2(browser) {
    await toSecondFactor(browser, SUBMIT.gen2);
    await browser.click('.authenticator-button[data-se="google_otp"] a');
    await browser.type(PASSCODE, await nextCode());
    await browser.click(SUBMIT.gen2);
  },
  async gen3(browser) {
    await toSecondFactor(browser, SUBMIT.gen3);
    await browser.click('button[aria-label="Select Security Question."]');
    await browser.type('input[name="credentials.answer"]', "spinach");
    await browser.click(SUBMIT.gen3);
  },
  async classic(browser) {
    await classic(browser, WITH_FACTORS);
    await browser.type('input[name="answer"]', await nextCode());
    await browser.click('input[value="Verify"]');
  },
};

const INBOX = `${ORG}/_mock/inbox`;
const TEXT_MESSAGES = `user=${WITH_FACTORS}&kind=sms`;

/** Clicks, and returns the code of the text message that the page lets the org send after that. */
async function clickForTextMessage(browser, css) {
  const [newest] = await (await fetch(`${INBOX}?${TEXT_MESSAGES}`)).json();
  await browser.click(css);
  const sent = await fetch(`${INBOX}/wait?${TEXT_MESSAGES}&after=${newest?.id ?? 0}&timeout=10`);
  assert.equal(sent.status, 200);
  return (await sent.json()).code;
}

const textMessages = {
  async gen2(browser) {
    await toSecondFactor(browser, SUBMIT.gen2);
    await browser.click('.authenticator-button[data-se="phone_number"] a');
    const code = await clickForTextMessage(browser, 'input[value="Receive a code via SMS"]');
    await browser.type(PASSCODE, code);
    await browser.click(SUBMIT.gen2);
  },
  async gen3(browser) {
    await toSecondFactor(browser, SUBMIT.gen3);
    await browser.click('button[aria-label^="Select Phone"]');
    const code = await clickForTextMessage(browser, SUBMIT.gen3);
    await browser.type(PASSCODE, code);
    await browser.click(SUBMIT.gen3);
  },
};

/** A user who enrolls a passkey at the first sign-in. */
const WITH_PASSKEY = "passkey@example.test";

async function toPasskey(browser, submit) {
  await browser.type(IDENTIFIER, WITH_PASSKEY);
  await browser.click(submit);
  await browser.type(PASSCODE, PASSWORD);
  await browser.click(submit);
}

/** The passkey of the browser is enrolled. The next sign-in uses it. */
async function withPasskey(browser) {
  await browser.addAuthenticator();
  await toPasskey(browser, SUBMIT.gen2);
  await browser.click('.authenticator-button[data-se="webauthn"] a');
  await browser.click("a.webauthn-setup");
  assert.equal(await browser.text("#result"), greeting(WITH_PASSKEY));
  await browser.visit(`${ORG}/login/signout`);
  await browser.visit(`${site}/gen2`);
  // The widget asks the browser by itself.
  await toPasskey(browser, SUBMIT.gen2);
}

const greeting = (login) => `Hello ${login}, session of ${login} ACTIVE`;

/** Signs in on the page of a generation, and reads the greeting. */
async function run(name, login, signIn) {
  const browser = await open();
  try {
    await browser.visit(`${site}/${name}`);
    await signIn(browser);
    assert.equal(await browser.text("#result"), greeting(login));
  } finally {
    await browser.close();
  }
}

try {
  for (const [name, signIn] of Object.entries(generations)) {
    await run(name, LOGIN, signIn);
    console.log(`widget: ${name}`);
  }
  for (const [name, signIn] of Object.entries(secondFactors)) {
    await run(name, WITH_FACTORS, signIn);
    console.log(`widget: ${name}, second factor`);
  }
  for (const [name, signIn] of Object.entries(textMessages)) {
    await run(name, WITH_FACTORS, signIn);
    console.log(`widget: ${name}, text message`);
  }
  await run("gen2", WITH_PASSKEY, withPasskey);
  console.log("widget: gen2, passkey");
} finally {
  server.close();
}
