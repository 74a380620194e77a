// The app under test reads OKTA_ISSUER and its neighbours; `mock-idp exec` sets them.
import assert from "node:assert/strict";
import { test } from "node:test";

test("the service gets a token for its scope", async () => {
  const { OKTA_ISSUER, OKTA_SERVICE_CLIENT_ID, OKTA_SERVICE_CLIENT_SECRET } = process.env;
  const answer = await fetch(`${OKTA_ISSUER}/v1/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${OKTA_SERVICE_CLIENT_ID}:${OKTA_SERVICE_CLIENT_SECRET}`).toString("base64")}`,
    },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "products:read" }),
  });
  assert.equal((await answer.json()).scope, "products:read");
});
