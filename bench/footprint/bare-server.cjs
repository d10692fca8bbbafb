// The least that a Node server can weigh: what drain-wait is measured against. It says where it listens, as drain-wait does.
const { writeSync } = require('node:fs');
const { createServer } = require('node:http');

const server = createServer((_, response) => response.end('{"ok":true}\n'));
server.listen(0, () => writeSync(1, `{"port":${server.address().port}}\n`));
