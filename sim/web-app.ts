// The application of the demo: a web server that does what a good one does. On SIGTERM it takes no new connections, finishes
// what is under way and exits; who is still sent to it then gets "connection refused", like behind a real load balancer.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((_, response) => response.end('hello\n'));
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'listening', port: (server.address() as AddressInfo).port }));
});
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
