// An API that verifies tokens with jose, tested against tokens that a mock of your own org issues.
import { createRemoteJWKSet, jwtVerify } from "jose";
import { mockTest, test } from "mock-idp/vitest";
import { expect } from "vitest";

const ada = { client: "My web app", user: "ada@example.com", scopes: ["openid", "orders:write"] };

/** What the API under test does with a bearer token. */
function verify(issuer, token, currentDate) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`));
  return jwtVerify(token, keys, { issuer, audience: "api://my-api", currentDate });
}

test("the API sees the department and the scopes of the user", async ({ org }) => {
  const { tokens } = await org.login(ada);
  const { payload } = await verify(org.issuer, tokens.access_token);
  expect(payload).toMatchObject({ sub: "ada@example.com", department: "Engineering", scp: ["openid", "orders:write"] });
});

test("a change of the user is in the next token", async ({ org }) => {
  await org.change({ users: [{ user: "ada@example.com", profile: { department: "Sales" } }] });
  const { tokens } = await org.login(ada);
  const { payload } = await verify(org.issuer, tokens.access_token);
  expect(payload.department).toBe("Sales");
});

test("the API rejects an altered signature", async ({ org }) => {
  await org.faults.add({ name: "access_token.bad-signature", times: 1 });
  const { tokens } = await org.login(ada);
  await expect(verify(org.issuer, tokens.access_token)).rejects.toMatchObject({
    code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  });
});

test("the API rejects a token after its lifetime", async ({ org }) => {
  const { tokens } = await org.login(ada);
  const { now } = await org.clock.advance(tokens.expires_in + 1);
  await expect(verify(org.issuer, tokens.access_token, new Date(now))).rejects.toMatchObject({ code: "ERR_JWT_EXPIRED" });
});

test("a user outside the group gets no scope for writing", async ({ org }) => {
  await expect(org.login({ ...ada, user: "ben@example.com" })).rejects.toMatchObject({ status: 403 });
});

// Other options for some tests; these get a mock with the built-in org.
const builtIn = mockTest({});

builtIn("the built-in org has a client for services", async ({ org }) => {
  const { tokens } = await org.login({ client: "Market fulfilment", scopes: ["products:read"] });
  expect(tokens.scope).toBe("products:read");
});
