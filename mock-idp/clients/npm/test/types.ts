// Compiled, not run: what a TypeScript project may write, and what it may not.
import { defineConfig as playwrightConfig } from "@playwright/test";
import { MockIdp, Org } from "mock-idp";
import { test as playwrightTest, type WorkerFixtures } from "mock-idp/playwright";
import { mockTest, test as vitestTest } from "mock-idp/vitest";
import { defineConfig as vitestConfig } from "vitest/config";

export async function program(): Promise<Record<string, string>> {
  const mock = await MockIdp.start({ org: ["okta.yaml"], controlToken: "secret" });
  const sandbox = await mock.sandbox({ name: "types", seed: 7 });
  const { step }: { step?: number } = await sandbox.clock.step(1);
  await sandbox.clock.freeze(step === undefined);
  await new Org(mock.url, mock.issuer, { controlToken: "secret" }).reset();
  // @ts-expect-error: a seed is a number
  await mock.sandbox({ seed: "7" });
  // @ts-expect-error: the option is called org
  await MockIdp.start({ document: "okta.yaml" });
  return sandbox.env();
}

vitestTest("fixtures", async ({ org, mock }) => {
  const parent: MockIdp = mock;
  await parent.journal.list({ user: (await org.env()).OKTA_USERNAME });
});
mockTest({ org: "okta.yaml" })("own options", ({ mockOptions }) => {
  const files: string | string[] | undefined = mockOptions.org;
  return files === undefined ? undefined : Promise.resolve();
});
// @ts-expect-error: the file is a string
mockTest({ org: 1 });
playwrightTest.use({ mockOptions: { org: "okta.yaml", args: ["--no-picker"] } });
// @ts-expect-error: the file is a string
playwrightTest.use({ mockOptions: { org: 1 } });

export const vitest = vitestConfig({ test: { provide: { mockOptions: { org: "okta.yaml" } } } });
// @ts-expect-error: the file is a string
export const wrongVitest = vitestConfig({ test: { provide: { mockOptions: { org: 1 } } } });
export const playwright = playwrightConfig<object, WorkerFixtures>({ use: { mockOptions: { org: "okta.yaml" } } });
