import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  use: {
    launchOptions: {
      // Playwright's own browser, unless CHROMIUM names another one.
      executablePath: process.env.CHROMIUM || undefined,
      args: process.env.CHROMIUM ? ["--no-sandbox"] : [],
    },
  },
});
