// Fixtures for Vitest: `import { test } from "mock-idp/vitest"`.
import { test as base } from "vitest";
import { MockIdp } from "./index.js";

/** @typedef {import("./org.js").Sandbox} Sandbox */

/** @type {Promise<MockIdp> | undefined} */
let started;

/** `mock`: one mock per worker. `org`: a sandbox of its own for each test. */
export const test = base.extend({
  /** @param {{}} _ @param {(mock: MockIdp) => Promise<void>} use */
  mock: async ({}, use) => {
    started ??= MockIdp.start();
    await use(await started);
  },
  /** @param {{ mock: MockIdp }} fixtures @param {(org: Sandbox) => Promise<void>} use */
  org: async ({ mock }, use) => {
    const org = await mock.sandbox();
    await use(org);
    await org.remove();
  },
});
