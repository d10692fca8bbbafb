// Writes docs/configuration.md from the table of settings; with --check only says whether it is up to date.
import { readFile, writeFile } from 'node:fs/promises';
import { REASONS } from '../src/core/outcome.ts';
import { flagName, SETTINGS } from '../src/settings.ts';

const FILE = 'docs/configuration.md';

function configurationPage(): string {
  const rows = Object.values(SETTINGS).map(
    (setting) =>
      `| \`${setting.env}\` | \`--${flagName(setting)}\` | ${setting.fallback === undefined ? '' : `\`${setting.fallback}\``} | ${setting.expects} | ${setting.about} |`,
  );
  const reasons = Object.entries(REASONS).map(
    ([reason, { httpStatus, exitCode }]) => `| \`${reason}\` | ${httpStatus} | ${exitCode} |`,
  );
  return `<!-- Made by \`npm run docs\` from src/settings.ts and src/core/outcome.ts. Change those, not this page. -->

# Configuration

Every setting is an environment variable and a flag; the flag wins. An empty value means unset. A duration carries its unit:
\`20s\`, \`1m30s\`, \`500ms\`. A name that begins with \`DRAIN_WAIT_\` and is not listed here is taken for a typo. When anything is
wrong, drain-wait does not start: it lists every problem with the name, the value and what would be right, and exits with code 2.

| variable | flag | default | value | |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

Standard variables work as everywhere: \`AWS_REGION\` (needed only for target groups that are given by name: an ARN tells its own
Region), \`AWS_ENDPOINT_URL\`, \`AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2\`, \`AWS_ENDPOINT_URL_STS\`, all AWS credentials, and
outside a pod \`KUBECONFIG\`.

The pod annotation \`drain-wait/target-groups\` takes the same value as \`DRAIN_WAIT_TARGET_GROUPS\`; the variable wins.

## Reasons of a release

| reason | HTTP status of the hook | exit code of \`drain-wait wait\` |
| --- | --- | --- |
${reasons.join('\n')}

The kubelet ignores the status; it is for people and scripts. Other exit codes: 2 wrong settings or command line, 1 anything else.
`;
}

const page = configurationPage();
if (process.argv.includes('--check')) {
  const current = await readFile(FILE, 'utf8').catch(() => '');
  if (current !== page) {
    console.error(`${FILE} is not up to date. Run npm run docs.`);
    process.exit(1);
  }
} else {
  await writeFile(FILE, page);
  console.log(`${FILE} written.`);
}
