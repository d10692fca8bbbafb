// The guard of a node: see guard.ts.
import { text } from 'node:stream/consumers';
import { KEEP } from './guard.ts';
import { removeNode } from './node.ts';

if ((await text(process.stdin)) !== KEEP) await removeNode();
