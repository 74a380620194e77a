import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  use: {
    // `mock-idp init` writes this file. The name is relative to the folder in which the tests are started.
    mockOptions: { org: "okta.yaml" },
    launchOptions: {
      // Playwright's own browser, unless CHROMIUM names another one.
      executablePath: process.env.CHROMIUM || undefined,
      args: process.env.CHROMIUM ? ["--no-sandbox"] : [],
    },
  },
});
