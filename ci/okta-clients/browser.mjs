// A browser for tests: Chromium by WebDriver (https://www.w3.org/TR/webdriver2/). CHROMIUM and CHROMEDRIVER name programs that are not
// on the PATH.
import { spawn } from "node:child_process";
import { once } from "node:events";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

export async function open() {
  const driver = spawn(process.env.CHROMEDRIVER || "chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "inherit"] });
  let port;
  for await (const chunk of driver.stdout.setEncoding("utf8")) {
    port = /started successfully on port (\d+)/.exec(chunk)?.[1];
    if (port) break;
  }
  const call = async (method, path, body) => {
    const answer = await fetch(`http://localhost:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  // No requests to other machines, such as for the logo of a button.
  const rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1";
  const args = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", rules];
  const binary = process.env.CHROMIUM || undefined;
  const capabilities = { alwaysMatch: { browserName: "chrome", "goog:chromeOptions": { args, binary } } };
  const { sessionId } = await call("POST", "/session", { capabilities });
  const session = `/session/${sessionId}`;

  /** The first truthy result of `read` for the first matching element. */
  async function first(css, read) {
    for (let tries = 0; tries < 200; tries++) {
      const found = await call("POST", `${session}/elements`, { using: "css selector", value: css });
      // The page may change after the element was found.
      const gone = (error) => { if (!error.message.startsWith("stale element reference")) throw error; };
      const value = found.length && (await read(`${session}/element/${found[0][ELEMENT]}`).catch(gone));
      if (value) return value;
      await new Promise((done) => setTimeout(done, 100));
    }
    const { [ELEMENT]: body } = await call("POST", `${session}/element`, { using: "css selector", value: "body" });
    throw new Error(`there is no ${css} on the page:\n${await call("GET", `${session}/element/${body}/text`)}`);
  }

  const act = (css, action, body) => first(css, async (path) => (await call("POST", `${path}/${action}`, body), true));

  return {
    visit: (url) => call("POST", `${session}/url`, { url }),
    // Control and A select what the field contains, and the text replaces it.
    type: (css, text) => act(css, "value", { text: `\uE009a\uE000${text}` }),
    click: (css) => act(css, "click", {}),
    // WebAuthn Level 2, 11: an authenticator that answers for the user.
    addAuthenticator: () => call("POST", `${session}/webauthn/authenticator`, {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    }),
    text: (css) => first(css, (path) => call("GET", `${path}/text`)),
    url: () => call("GET", `${session}/url`),
    async close() {
      await call("DELETE", session);
      driver.kill();
      await once(driver, "exit");
    },
  };
}
