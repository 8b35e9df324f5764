// The other house of the tests: npm's certified `oidc-provider`, with the page on which it asks who somebody is.
// Its one argument is [issuer, back, the one address to which it sends people]. Then it is told on standard input, a line of JSON each:
//   {"secret", "alg", "keys"}     be there, with this client and these private keys, of which the first signs; who logged in is forgotten
//   null                          be away: nobody answers at its address
// and says on a line of its own when it is so. It lives until standard input ends.
import http from 'node:http';
import path from 'node:path';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

console.info = console.warn = () => {};  // that its pages and its memory are for tests
const { default: Provider } = await import(
  pathToFileURL(path.join(process.env.NODE_MODULES, 'oidc-provider', 'lib', 'index.js')));
const [issuer, back] = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(issuer);

function provider({ secret, alg, keys }) {
  return new Provider(issuer, {
    clients: [{
      client_id: 'digibel',
      client_secret: secret,
      redirect_uris: [back],
      id_token_signed_response_alg: alg,
    }],
    jwks: { keys },
    cookies: { keys: ['of the tests'] },
    enabledJWA: { idTokenSigningAlgValues: ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'] },
    pkce: { required: () => true },
    // It tells addresses to whoever asks for them; nobody here is known by one.
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@stad.example`, email_verified: true }) }),
  });
}

let server;
for await (const line of readline.createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  if (server) {
    const gone = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await gone;
  }
  server = told && http.createServer(provider(told).callback());
  if (server) await new Promise((resolve) => server.listen(port, hostname, resolve));
  console.log('so');
}
process.exit(0);
