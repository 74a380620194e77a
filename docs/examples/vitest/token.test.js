// An API that verifies tokens with jose, tested against tokens that the mock issues.
import { createRemoteJWKSet, jwtVerify } from "jose";
import { test } from "mock-idp/vitest";
import { expect } from "vitest";

/** What the API under test does with a bearer token. */
function verify(issuer, token, currentDate) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`));
  return jwtVerify(token, keys, { issuer, audience: "api://default", currentDate });
}

async function accessToken(issuer, env, scope = "products:read") {
  const answer = await fetch(`${issuer}/v1/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      scope,
      client_id: env.OKTA_SERVICE_CLIENT_ID,
      client_secret: env.OKTA_SERVICE_CLIENT_SECRET,
    }),
  });
  return answer.json();
}

test("the API accepts a token of its issuer", async ({ mock, org }) => {
  const { access_token } = await accessToken(org.issuer, await mock.env());
  const { payload } = await verify(org.issuer, access_token);
  expect(payload.scp).toEqual(["products:read"]);
});

test("the API rejects an altered signature", async ({ mock, org }) => {
  await org.faults.add({ name: "access_token.bad-signature", times: 1 });
  const { access_token } = await accessToken(org.issuer, await mock.env());
  await expect(verify(org.issuer, access_token)).rejects.toMatchObject({ code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
});

test("the API rejects a token after its lifetime", async ({ mock, org }) => {
  const { access_token, expires_in } = await accessToken(org.issuer, await mock.env());
  const { now } = await org.clock.advance(expires_in + 1);
  await expect(verify(org.issuer, access_token, new Date(now))).rejects.toMatchObject({ code: "ERR_JWT_EXPIRED" });
});

test("a scope that no rule grants is refused", async ({ mock, org }) => {
  const refused = await accessToken(org.issuer, await mock.env(), "orders:delete-everything");
  expect(refused.error).toBe("invalid_scope");
});
