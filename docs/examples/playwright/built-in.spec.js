// Other options for the tests of one file; these get a mock with the built-in org.
import { expect, test } from "mock-idp/playwright";

test.use({ mockOptions: {} });

test("the built-in org has a client for services", async ({ org }) => {
  const { tokens } = await org.login({ client: "Market fulfilment", scopes: ["products:read"] });
  expect(tokens.scope).toBe("products:read");
});
