// A user of your own org signs in at the mock's page, and the code is redeemed. An app of your own takes the place of the callback.
import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "mock-idp/playwright";

// One that okta.yaml has.
const redirectUri = "http://localhost:5173/login/callback";

/** The authorization URL, and what the callback has to check. */
function authorization(issuer, clientId) {
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(16).toString("base64url");
  const url = new URL(`${issuer}/v1/authorize`);
  url.search = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    scope: "openid profile email orders:read",
    redirect_uri: redirectUri,
    state,
    nonce: randomBytes(16).toString("base64url"),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  }).toString();
  return { url: url.href, verifier, state };
}

async function signIn(page, login, password) {
  await page.locator('[name="identifier"]').fill(login);
  await page.locator('[data-type="save"]').click();
  await page.locator('[name="credentials.passcode"]').fill(password);
  await page.locator('[data-type="save"]').click();
}

test.beforeEach(async ({ page }) => {
  await page.route(`${redirectUri}*`, (route) => route.fulfill({ body: "signed in" }));
});

/** The claims of a token. */
function decode(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
}

test("a user signs in, and the tokens have the email address and the department", async ({ page, org }) => {
  const env = await org.env();
  const { url, verifier, state } = authorization(org.issuer, env.OKTA_SPA_CLIENT_ID);
  await page.goto(url);
  await signIn(page, env.OKTA_USERNAME, env.OKTA_PASSWORD);
  await expect(page.getByText("signed in")).toBeVisible();

  const callback = new URL(page.url());
  expect(callback.searchParams.get("state")).toBe(state);
  const answer = await fetch(`${org.issuer}/v1/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: callback.searchParams.get("code"),
      redirect_uri: redirectUri,
      client_id: env.OKTA_SPA_CLIENT_ID,
      code_verifier: verifier,
    }),
  });
  const { id_token, access_token } = await answer.json();
  expect(decode(id_token).email).toBe("ada@example.com");
  expect(decode(access_token).department).toBe("Engineering");
});

test("a wrong password leaves the user on the page", async ({ page, mock, org }) => {
  const env = await org.env();
  await page.goto(authorization(org.issuer, env.OKTA_SPA_CLIENT_ID).url);
  await signIn(page, env.OKTA_USERNAME, "wrong");
  await expect(page.getByRole("alert")).toBeVisible();
  expect(page.url()).toContain(mock.url);
});

test("a selector that fits several elements fails, because locators are strict", async ({ page, org }) => {
  const env = await org.env();
  await page.goto(authorization(org.issuer, env.OKTA_SPA_CLIENT_ID).url);
  await expect(page.locator("input").fill(env.OKTA_USERNAME)).rejects.toThrow("strict mode violation");
});
