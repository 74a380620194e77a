// The Node SDK: creates, reads, changes, lists by pages and deletes users, groups, apps and authorization servers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import okta from '@okta/okta-sdk-nodejs';

const COUNT = 5;
const LIMIT = 2;

const client = new okta.Client({ orgUrl: process.env.OKTA_ORG_URL, token: process.env.OKTA_API_TOKEN });
const numbers = [...Array(COUNT).keys()];

/** The sorted ids of a collection, which the SDK reads page by page. */
async function ids(collection) {
  const found = [];
  await collection.each((one) => found.push(one.id));
  return found.sort();
}

/** The number of pages of a collection. */
async function pages(collection) {
  let count = 0;
  do {
    const page = await collection.getNextPage();
    assert.ok(page.length <= LIMIT);
    count += 1;
  } while (collection.nextUri);
  return count;
}

async function createAll(create) {
  const created = [];
  for (const number of numbers) created.push(await create(number));
  return created;
}

const sortedIds = (created) => created.map((one) => one.id).sort();
const isGone = (error) => error.status === 404 && error.errorCode === 'E0000007';

const user = (number) => ({
  profile: {
    firstName: 'Sdk', lastName: 'Node', email: `node-${number}@example.test`, login: `node-${number}@example.test`,
  },
  credentials: { password: { value: 'Sdk-Passw0rd!' } },
});

test('users', async () => {
  const created = await createAll((number) => client.userApi.createUser({ body: user(number), activate: true }));
  assert.deepEqual(created.map((one) => one.status), numbers.map(() => 'ACTIVE'));

  const read = await client.userApi.getUser({ userId: 'node-0@example.test' });
  assert.equal(read.id, created[0].id);
  const changed = await client.userApi.updateUser({ userId: read.id, user: { profile: { nickName: 'Event' } } });
  assert.deepEqual([changed.profile.nickName, changed.profile.lastName], ['Event', 'Node']);

  const list = () => client.userApi.listUsers({ search: 'profile.lastName eq "Node"', limit: LIMIT });
  assert.deepEqual(await ids(await list()), sortedIds(created));
  assert.equal(await pages(await list()), 3);

  for (const { id } of created) {
    await client.userApi.deactivateUser({ userId: id });
    await client.userApi.deleteUser({ userId: id });
  }
  await assert.rejects(client.userApi.getUser({ userId: read.id }), isGone);
});

test('groups', async () => {
  const group = (number, description) => ({ profile: { name: `node-${number}`, description } });
  const created = await createAll((number) => client.groupApi.createGroup({ group: group(number, 'by the SDK') }));
  const groupId = created[0].id;
  assert.equal((await client.groupApi.getGroup({ groupId })).profile.name, 'node-0');
  const replaced = await client.groupApi.replaceGroup({ groupId, group: group(0, 'replaced') });
  assert.equal(replaced.profile.description, 'replaced');

  const member = await client.userApi.createUser({ body: user('member'), activate: true });
  await client.groupApi.assignUserToGroup({ groupId, userId: member.id });
  assert.deepEqual(await ids(await client.groupApi.listGroupUsers({ groupId })), [member.id]);
  await client.groupApi.unassignUserFromGroup({ groupId, userId: member.id });
  assert.deepEqual(await ids(await client.groupApi.listGroupUsers({ groupId })), []);

  const list = () => client.groupApi.listGroups({ search: 'profile.name sw "node-"', limit: LIMIT });
  assert.deepEqual(await ids(await list()), sortedIds(created));
  assert.equal(await pages(await list()), 3);

  for (const { id } of created) await client.groupApi.deleteGroup({ groupId: id });
  await assert.rejects(client.groupApi.getGroup({ groupId }), isGone);
  await client.userApi.deactivateUser({ userId: member.id });
  await client.userApi.deleteUser({ userId: member.id });
});

test('apps', async () => {
  const app = (label, uri) => ({
    name: 'oidc_client',
    label,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
    settings: {
      oauthClient: {
        application_type: 'web',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [uri],
      },
    },
  });
  const uri = 'http://localhost:8080/callback';
  const create = (number) => client.applicationApi.createApplication({ application: app(`node-${number}`, uri) });
  const created = await createAll(create);
  assert.equal(created[0].credentials.oauthClient.client_secret.length, 64);

  const appId = created[0].id;
  const read = await client.applicationApi.getApplication({ appId });
  assert.deepEqual([read.label, read.settings.oauthClient.redirect_uris], ['node-0', [uri]]);
  const application = app('node-0 renamed', 'http://localhost:9090/callback');
  const replaced = await client.applicationApi.replaceApplication({ appId, application });
  assert.equal(replaced.label, 'node-0 renamed');
  assert.deepEqual(replaced.settings.oauthClient.redirect_uris, ['http://localhost:9090/callback']);

  const list = () => client.applicationApi.listApplications({ q: 'node-', limit: LIMIT });
  assert.deepEqual(await ids(await list()), sortedIds(created));
  assert.equal(await pages(await list()), 3);

  for (const { id } of created) {
    await client.applicationApi.deactivateApplication({ appId: id });
    await client.applicationApi.deleteApplication({ appId: id });
  }
  await assert.rejects(client.applicationApi.getApplication({ appId }), isGone);
});

test('authorization servers', async () => {
  const { authorizationServerApi: api } = client;
  const server = (number, audience) => ({
    name: `node-${number}`, description: 'by the SDK', audiences: [audience],
  });
  const create = (number) => api.createAuthorizationServer({ authorizationServer: server(number, `api://${number}`) });
  const created = await createAll(create);
  const authServerId = created[0].id;
  const read = await api.getAuthorizationServer({ authServerId });
  assert.deepEqual([read.name, read.audiences], ['node-0', ['api://0']]);
  const authorizationServer = server(0, 'api://replaced');
  const replaced = await api.replaceAuthorizationServer({ authServerId, authorizationServer });
  assert.deepEqual(replaced.audiences, ['api://replaced']);

  const list = () => api.listAuthorizationServers({ q: 'node-', limit: LIMIT });
  assert.deepEqual(await ids(await list()), sortedIds(created));
  assert.equal(await pages(await list()), 3);

  for (const { id } of created) {
    await api.deactivateAuthorizationServer({ authServerId: id });
    await api.deleteAuthorizationServer({ authServerId: id });
  }
  await assert.rejects(api.getAuthorizationServer({ authServerId }), isGone);
});
