// Plays the test that `mock-idp env --for cypress` prints in Chromium, because Cypress gets its own program from outside npm. It has the
// commands of that test, and no others. As in Cypress, commands for another origin than the app's have to be in cy.origin.
//
//   node cypress.mjs TEST-FILE
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { open } from "../okta-clients/browser.mjs";

const browser = await open();
const before = [];
const tests = [];
let commands = [];
let origin; // of the page that the commands are for

// Repeats a check until it passes, for as long as Cypress does by default with a page.
async function eventually(check) {
  for (let tries = 0; ; tries++) {
    try {
      return await check();
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

const here = () => eventually(async () => assert.equal(new URL(await browser.url()).origin, origin));

async function run(...bodies) {
  for (const body of bodies) {
    const outer = commands;
    commands = [];
    body();
    for (const command of commands) await command();
    commands = outer;
  }
}

globalThis.describe = (_, body) => body();
globalThis.beforeEach = (body) => before.push(body);
globalThis.it = (name, body) => tests.push([name, body]);
globalThis.cy = {
  request: ({ method, url, body }) => commands.push(async () => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
    assert(answer.ok, `${method} ${url}: ${answer.status}`);
  }),
  visit: (url) => commands.push(async () => {
    await browser.visit(url);
    ({ origin } = new URL(url));
  }),
  origin: (other, { args }, body) => commands.push(async () => {
    const app = origin;
    ({ origin } = new URL(other));
    await run(() => body(args));
    origin = app;
  }),
  get: (css) => {
    const on = (act) => commands.push(async () => {
      await here();
      await act();
    });
    return { type: (text) => on(() => browser.type(css, text)), click: () => on(() => browser.click(css)) };
  },
  contains: (text) => commands.push(async () => {
    await here();
    await eventually(async () => assert((await browser.text("body")).includes(text), `there is no ${text} on the page`));
  }),
  location: (part) => ({
    should: (chainer, value) => commands.push(() => {
      assert.equal(chainer, "equal");
      return eventually(async () => assert.equal(new URL(await browser.url())[part], value));
    }),
  }),
};

try {
  await import(pathToFileURL(process.argv[2]).href);
  assert(tests.length > 0, "there is no test");
  for (const [, body] of tests) await run(...before, body);
} finally {
  await browser.close();
}
