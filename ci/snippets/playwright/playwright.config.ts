import { defineConfig } from "@playwright/test";

export default defineConfig({
  // The other checks of CI run at the same time.
  timeout: 120_000,
  expect: { timeout: 60_000 },
  use: { launchOptions: { executablePath: process.env.CHROMIUM || undefined, args: ["--no-sandbox"] } },
});
