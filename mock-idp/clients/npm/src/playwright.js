// Fixtures for Playwright: `import { test, expect } from "mock-idp/playwright"`.
import { test as base } from "@playwright/test";
import { MockIdp } from "./index.js";

export { expect } from "@playwright/test";

/**
 * @typedef {import("@playwright/test").PlaywrightTestArgs & import("@playwright/test").PlaywrightTestOptions} TestArgs
 * @typedef {import("@playwright/test").PlaywrightWorkerArgs & import("@playwright/test").PlaywrightWorkerOptions} WorkerArgs
 * @typedef {{ org: import("./org.js").Sandbox }} TestFixtures
 * @typedef {{ mockOptions: import("./index.js").StartOptions, mock: MockIdp }} WorkerFixtures
 */

/** @type {import("@playwright/test").Fixtures<TestFixtures, WorkerFixtures, TestArgs, WorkerArgs>} */
const fixtures = {
  mockOptions: [{}, { option: true, scope: "worker" }],
  mock: [
    async ({ mockOptions }, use) => {
      const mock = await MockIdp.start(mockOptions);
      await use(mock);
      await mock.stop();
    },
    { scope: "worker" },
  ],
  org: async ({ mock }, use) => {
    const org = await mock.sandbox();
    await use(org);
    await org.remove();
  },
};

/**
 * `mockOptions`: how the mock is started, in the configuration (`use: { mockOptions: { org: "okta.yaml" } }`) or in a file
 * (`test.use(…)`). `mock`: one mock per worker and options. `org`: a sandbox of its own for each test.
 */
export const test = base.extend(fixtures);
