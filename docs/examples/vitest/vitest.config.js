import { defineConfig } from "vitest/config";

export default defineConfig({
  // `mock-idp init` writes this file. The name is relative to the folder in which the tests are started.
  test: { provide: { mockOptions: { org: "okta.yaml" } } },
});
