// An API that accepts access tokens of OKTA_ISSUER. It reaches the issuer under another name: OKTA_DISCOVERY.
import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";

const { OKTA_ISSUER: issuer, OKTA_DISCOVERY: discovery, PORT: port } = process.env;

const metadata = await (await fetch(discovery)).json();
if (metadata.issuer !== issuer) throw new Error(`${discovery} is for ${metadata.issuer}, not for ${issuer}`);
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));

const server = createServer(async (request, response) => {
  const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience: "api://default" });
    response.end(JSON.stringify({ issuer: payload.iss, scopes: payload.scp }));
  } catch (error) {
    response.writeHead(401).end(error.code);
  }
});
server.listen(port, () => console.log(`listening on ${port}, keys from ${metadata.jwks_uri}`));
