// The npm package oidc-provider with two clients and one account: an independent OpenID provider for the harness to test.
// Prints READY and its issuer, and serves until it is stopped. The signing key is generated at each start. The client secrets
// and the password are public.
//
//   node provider.mjs [PORT]     0, the default, takes a free port

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const account = {
  login: 'visitor@example.test',
  password: 'Passw0rd!',
  claims: {
    name: 'Vera Visitor', given_name: 'Vera', family_name: 'Visitor', middle_name: 'Maria', nickname: 'Vee',
    preferred_username: 'vera', profile: 'https://people.example.test/vera', picture: 'https://people.example.test/vera.png',
    website: 'https://vera.example.test', gender: 'female', birthdate: '1990-04-01', zoneinfo: 'Europe/Berlin', locale: 'de-DE',
    updated_at: 1768469400, email: 'visitor@example.test', email_verified: true, phone_number: '+49 30 5550100',
    phone_number_verified: false, address: { formatted: 'Marktplatz 1, 10178 Berlin', country: 'DE' },
  },
};

// oidc-provider allows the implicit flow to web clients only with https redirect URIs. Nothing listens there: the harness reads
// the response from the redirect.
const client = (id, method) => ({
  client_id: id,
  client_secret: `${id}-secret-0123456789abcdefghijklmnopqrstuvwxyz`,
  token_endpoint_auth_method: method,
  redirect_uris: ['https://harness.example.test/callback'],
  post_logout_redirect_uris: ['https://harness.example.test/signed-out'],
  grant_types: ['authorization_code', 'implicit', 'refresh_token'],
  response_types: ['code', 'id_token', 'code id_token'],
});

const configuration = {
  clients: [client('web-client', 'client_secret_basic'), client('second-client', 'client_secret_post')],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...account.claims }) }),
  claims: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture',
      'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
    email: ['email', 'email_verified'],
    phone: ['phone_number', 'phone_number_verified'],
    address: ['address'],
  },
  pkce: { required: () => false },
  cookies: { keys: ['not a secret'] },
  jwks: { keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })] },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    dPoP: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = page('Sign out?', `${form}
          <button type="submit" form="op.logoutForm" name="logout" value="yes">Yes</button>
          <button type="submit" form="op.logoutForm" name="logout" value="no">No</button>`);
      },
    },
  },
};

const page = (title, body) => `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>${body}`;

const signIn = (problem) => page('Sign in', `${problem ? `<p role="alert">${problem}</p>` : ''}
  <form method="post"><input name="login" type="text"><input name="password" type="password"><button>Sign in</button></form>`);

const consent = () => page('Allow access?', `<form method="post">
  <button name="consent" value="allow">Allow</button><button name="consent" value="deny">Deny</button></form>`);

const send = (response, status, html) => {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(html);
};

const form = async (request) => {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
};

/** Grants the scopes and claims that the request still lacks. */
async function grant(provider, { prompt: { details }, params, session, grantId }) {
  const granted = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (details.missingOIDCScope) granted.addOIDCScope(details.missingOIDCScope.join(' '));
  if (details.missingOIDCClaims) granted.addOIDCClaims(details.missingOIDCClaims);
  return granted.save();
}

async function interact(provider, request, response) {
  const interaction = await provider.interactionDetails(request, response);
  const isLogin = interaction.prompt.name === 'login';
  if (request.method !== 'POST') return send(response, 200, isLogin ? signIn() : consent());
  const sent = await form(request);
  let result;
  if (isLogin) {
    if (sent.get('login') !== account.login || sent.get('password') !== account.password) {
      return send(response, 200, signIn('Unable to sign in'));
    }
    result = { login: { accountId: 'vera' } };
  } else if (sent.get('consent') === 'allow') {
    result = { consent: { grantId: await grant(provider, interaction) } };
  } else {
    result = { error: 'access_denied', error_description: 'the user denied the request' };
  }
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: !isLogin });
}

const server = createServer();
server.listen(Number(process.argv[2] ?? 0), 'localhost', () => {
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  const protocol = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return protocol(request, response);
    return interact(provider, request, response).catch((error) => send(response, 400, page('Error', error.name)));
  });
  console.log(`READY ${issuer}`);
});
