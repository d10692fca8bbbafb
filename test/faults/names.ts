// Stands in for the resolver of a process: `FAULTS_NAMES_FILE=... node --import ./test/faults/names.ts program` finds the names that
// this file has, as JSON of names and addresses, read anew each time; of every other name the system's resolver decides.
import dns from 'node:dns';
import { readFileSync } from 'node:fs';

/** Names that end so are nobody's unless the file has them. */
const OURS = /\.(?:svc|test)$/;

type Found = (error: Error | null, address?: unknown, family?: number) => void;
type Lookup = (name: string, options: dns.LookupOptions, found: Found) => void;

const file = process.env['FAULTS_NAMES_FILE'] ?? '';
const systemLookup = dns.lookup as Lookup;

const lookup: Lookup = (name, options, found) => {
  if (!OURS.test(name)) {
    systemLookup(name, options, found);
    return;
  }
  const address = (JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>)[name];
  const code = 'ENOTFOUND';
  process.nextTick(() => {
    if (address === undefined) found(Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code }));
    else if (options.all === true) found(null, [{ address, family: 4 }]);
    else found(null, address, 4);
  });
};

dns.lookup = lookup as typeof dns.lookup;
