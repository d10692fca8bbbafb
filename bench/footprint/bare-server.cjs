// The least that a Node server can weigh: what drain-wait is measured against.
const { createServer } = require('node:http');

createServer((_, response) => response.end('{"ok":true}\n')).listen(Number(process.env.PORT));
