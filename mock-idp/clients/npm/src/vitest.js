// Fixtures for Vitest: `import { test } from "mock-idp/vitest"`.
/// <reference path="./provided.d.ts" preserve="true" />
import { test as base } from "vitest";
import { MockIdp } from "./index.js";

/** @typedef {import("./org.js").Sandbox} Sandbox */
/** @typedef {import("./index.js").StartOptions} StartOptions */

/**
 * The mocks of this worker, by the options that they were started with.
 * @type {Map<string, Promise<MockIdp>>}
 */
const started = new Map();

/** @param {StartOptions} mockOptions */
const fixtures = (mockOptions) => ({
  mockOptions,
  /** @param {{ mockOptions: StartOptions }} fixtures @param {(mock: MockIdp) => Promise<void>} use */
  mock: async ({ mockOptions }, use) => {
    const key = JSON.stringify(mockOptions);
    const mock = started.get(key) ?? MockIdp.start(mockOptions);
    started.set(key, mock);
    await use(await mock);
  },
  /** @param {{ mock: MockIdp }} fixtures @param {(org: Sandbox) => Promise<void>} use */
  org: async ({ mock }, use) => {
    const org = await mock.sandbox();
    await use(org);
    await org.remove();
  },
});

// Vitest's types do not know that a pair is a value with its settings.
const fromConfiguration = /** @type {StartOptions} */ (/** @type {unknown} */ ([{}, { injected: true }]));

/**
 * `mock`: one mock per worker and options. `org`: a sandbox of its own for each test. `mockOptions`: how the mock is started, from the
 * configuration (`provide: { mockOptions: { org: "okta.yaml" } }`); without them it has the built-in org.
 */
export const test = base.extend(fixtures(fromConfiguration));

/**
 * The same fixtures with options of their own, for some tests: `const test = mockTest({ org: "other.yaml" })`. In Vitest 3 a fixture does
 * not see that `test.extend` replaces one that it uses.
 * @param {StartOptions} options
 */
export const mockTest = (options) => base.extend(fixtures(options));
