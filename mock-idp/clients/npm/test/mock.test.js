import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ControlError, MockIdp, Org, programPath } from "mock-idp";

/** @type {MockIdp} */
let mock;
before(async () => {
  mock = await MockIdp.start();
});
after(() => mock.stop());

/** The claims of a token. @param {string} token */
function decode(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
}

/** The claims of a client-credentials token. @param {string} issuer @param {Record<string, string>} env */
async function token(issuer, env) {
  const answer = await fetch(`${issuer}/v1/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      scope: "products:read",
      client_id: env.OKTA_SERVICE_CLIENT_ID,
      client_secret: env.OKTA_SERVICE_CLIENT_SECRET,
    }),
  });
  assert.equal(answer.status, 200);
  const { access_token } = await answer.json();
  return decode(access_token);
}

test("env names the issuer and a client that gets a token", async () => {
  const env = await mock.env();
  assert.equal(env.OKTA_ISSUER, mock.issuer);
  const claims = await token(mock.issuer, env);
  assert.deepEqual(claims.scp, ["products:read"]);
  assert.equal(claims.iss, mock.issuer);
});

test("env of an org that a file describes has the clients and users of that file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mock-idp-"));
  execFileSync(programPath(), ["init", folder]);
  // By an argument, so that only the mock itself knows its org.
  const own = await MockIdp.start({ args: ["--org", join(folder, "okta.yaml")] });
  try {
    const env = await own.env();
    assert.equal(env.OKTA_ISSUER, own.issuer);
    assert.equal(env.OKTA_USERNAME, "ada@example.com");
    const { tokens } = await own.login({ client: env.OKTA_CLIENT_ID, user: env.OKTA_USERNAME, scopes: ["openid"] });
    assert.equal(decode(tokens.access_token).cid, env.OKTA_CLIENT_ID);
  } finally {
    await own.stop();
    rmSync(folder, { recursive: true });
  }
});

test("env of a sandbox names its own issuer and users", async () => {
  const profile = { login: "eve@example.com", email: "eve@example.com", firstName: "Eve", lastName: "Example" };
  const users = [{ profile, credentials: { password: { value: "Passw0rd!" } } }];
  const org = await mock.sandbox({ from: { org: { name: "Shop" }, users } });
  const env = await org.env();
  assert.equal(env.OKTA_ISSUER, org.issuer);
  assert.notEqual(org.issuer, mock.issuer);
  assert.equal(env.OKTA_USERNAME, "eve@example.com");
  await org.remove();
});

test("a clock that is frozen stands still until it runs again", async () => {
  const org = await mock.sandbox();
  const frozen = await org.clock.freeze();
  assert.equal(frozen.frozen, true);
  assert.equal((await org.clock.get()).now, frozen.now);
  assert.equal((await org.clock.freeze(false)).frozen, false);
  await org.remove();
});

test("a clock with a step moves with each request", async () => {
  const org = await mock.sandbox();
  await org.clock.set("2026-01-31T12:00:00Z", { freeze: true });
  assert.equal((await org.clock.step(60)).step, 60);
  for (let i = 0; i < 2; i += 1) {
    await fetch(`${org.issuer}/v1/keys`);
  }
  const { now } = await org.clock.step(0);
  assert.equal(Date.parse(now), Date.parse("2026-01-31T12:02:00Z"));
  await fetch(`${org.issuer}/v1/keys`);
  assert.equal((await org.clock.get()).now, now);
  await org.remove();
});

test("sandboxes with one seed issue equal tokens", async () => {
  const tokens = [];
  for (const seed of [7, 7, 8]) {
    const org = await mock.sandbox({ name: "seeded", seed });
    const login = await org.login({ client: "Market demo", user: "buyer", scopes: ["openid"] });
    tokens.push(login.tokens.access_token);
    await org.remove();
  }
  assert.equal(tokens[1], tokens[0]);
  assert.notEqual(tokens[2], tokens[0]);
});

test("with a control token the client and its sandboxes have access, others have not", async () => {
  const guarded = await MockIdp.start({ controlToken: "a-control-token" });
  try {
    const org = await guarded.sandbox();
    assert.equal((await org.clock.advance(60)).offset, 60);
    const known = new Org(guarded.url, guarded.issuer, { controlToken: "a-control-token" });
    assert.equal((await known.clock.get()).offset, 0);
    await assert.rejects(new Org(guarded.url, guarded.issuer).clock.get(), { name: "ControlError", status: 401 });
    await org.remove();
  } finally {
    await guarded.stop();
  }
});

test("the clock of a sandbox does not move that of another org", async () => {
  const org = await mock.sandbox({ name: "clocks" });
  const { offset } = await org.clock.advance(7200);
  assert.equal(offset, 7200);
  assert.equal((await mock.clock.get()).offset, 0);
  const claims = await token(org.issuer, await mock.env());
  assert.equal(claims.iss, org.issuer);
  assert.ok(claims.iat > Date.now() / 1000 + 7000, `iat ${claims.iat}`);
  await org.remove();
  assert.equal((await fetch(`${org.issuer}/v1/keys`)).status, 404);
});

test("a fault occurs as often as it was asked for", async () => {
  await mock.faults.add({ name: "http.status-503", path: "/oauth2/default/v1/keys", times: 1 });
  const statuses = [];
  for (let i = 0; i < 2; i += 1) {
    statuses.push((await fetch(`${mock.issuer}/v1/keys`)).status);
  }
  assert.deepEqual(statuses, [503, 200]);
  await mock.faults.clear();
});

test("the next token has the claims that were asked for", async () => {
  const org = await mock.sandbox();
  await org.nextTokens.add({ user: "buyer", tokens: ["access_token"], claims: { market_role: "owner" } });
  const login = { client: "Market demo", user: "buyer", scopes: ["openid"] };
  const changed = await org.login(login);
  assert.equal(decode(changed.tokens.access_token).market_role, "owner");
  const unchanged = await org.login(login);
  assert.equal(decode(unchanged.tokens.access_token).market_role, "shopper");
  await org.remove();
});

test("a change of a user is in the next token", async () => {
  const org = await mock.sandbox();
  await org.change({ groups: [{ group: "Guests" }], users: [{ user: "buyer", join: ["Guests"] }] });
  const { tokens } = await org.login({ client: "Market demo", user: "buyer", scopes: ["openid"] });
  assert.ok(decode(tokens.id_token).groups.includes("Guests"));
  await org.remove();
});

test("the journal has the request and its answer", async () => {
  const answer = await fetch(`${mock.issuer}/v1/token`, { method: "POST", body: new URLSearchParams() });
  const id = answer.headers.get("x-okta-request-id") ?? "";
  const entry = await mock.journal.get(id);
  assert.equal(entry.status, answer.status);
});

test("an operation with a wrong body is rejected with what is expected", async () => {
  await assert.rejects(mock.control("POST", "/faults", { name: "no-such-fault" }), (error) => {
    assert.ok(error instanceof ControlError);
    assert.equal(error.status, 400);
    assert.match(error.message, /expected/);
    return true;
  });
});

test("a signal that ends the process ends its mock, too", async () => {
  const script = 'import { MockIdp } from "mock-idp"; console.log((await MockIdp.start()).url); setInterval(() => {}, 1000);';
  const owner = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(owner.stdout, "data");
  const url = String(line).trim();
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  owner.kill("SIGTERM");
  assert.deepEqual(await once(owner, "exit"), [null, "SIGTERM"]);
  const answers = () => fetch(`${url}/healthz`).then(() => true, () => false);
  const deadline = Date.now() + 10_000;
  while ((await answers()) && Date.now() < deadline);
  assert.equal(await answers(), false);
});

test("a mock that cannot start says why", async () => {
  await assert.rejects(MockIdp.start({ org: "no-such-file.yaml" }), /no-such-file\.yaml/);
});
