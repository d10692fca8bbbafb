// The application in the pods: a web server that ends the way a good one does. `/slow?ms=2000` answers after that time, everything
// else at once. It listens on a free port of loopback, or where HOST and PORT say. In an image it is this one file and Node.
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, Server } from 'node:net';

/** Longer than the load balancer's idle timeout of 60 s, as AWS asks for: else it would be used while it closes. */
const KEEP_ALIVE_MS = 75_000;
/** How long after SIGTERM a connection may stay idle: a client that does not know yet sends soon, or not at all. */
const DRAIN_MS = 2_000;
/** How long after SIGTERM everything is over at the latest. */
const GRACE_MS = 5_000;

let ending = false;

function answer(response: ServerResponse): void {
  // Whoever still comes over an old connection is served, and told to use another one next time.
  if (ending) response.setHeader('connection', 'close');
  response.end('hello\n');
}

function end(): void {
  if (ending) return;
  ending = true;
  console.log(JSON.stringify({ msg: 'SIGTERM', atMs: Date.now() }));
  // Not server.close(): that also closes idle keep-alive connections at once (since Node 19), and so cuts off a client that
  // is just sending. The close() it builds on only stops listening, and calls back when the last connection has ended.
  Server.prototype.close.call(server, () => process.exit(0));
  setTimeout(() => server.closeIdleConnections(), DRAIN_MS);
  setTimeout(() => process.exit(0), GRACE_MS);
}

const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://web');
  if (pathname === '/slow') setTimeout(answer, Number(searchParams.get('ms')), response);
  else answer(response);
});
server.listen(Number(process.env['PORT'] ?? 0), process.env['HOST'] ?? '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'listening', port: (server.address() as AddressInfo).port }));
});
process.on('SIGTERM', end);
