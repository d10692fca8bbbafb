import { FLAGS } from './arguments.ts';

export function helpText(): string {
  const flags = Object.entries(FLAGS).map(([name, { about, fallback, to }]) => {
    const notes = [...(fallback === false ? [] : [fallback]), ...(to.length < 3 ? [`only ${to.join(', ')}`] : [])];
    return `  --${name.padEnd(16)} ${about}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
  });
  return `The embedded cluster: an imitation of what drain-wait works with, on 127.0.0.1, for trials and tests.

Usage: npm run sim -- [what] [flags]

What to start:
  cluster     everything together, with load balancer controller and kubelet (default)
  kubernetes  the Kubernetes API alone
  elbv2       the AWS API (ELBv2 and STS) alone

Flags:
${flags.join('\n')}
  --help             This text

Examples:
  npm run sim
  npm run sim -- cluster --speed 10 --lag 20s
  npm run sim -- elbv2 --port 8002 --bucket 5:1
  npm run sim -- kubernetes --port 8001 --control-port 8003 --json

It prints what a client needs, then what happens. GET / of the control API lists what can be done.
Ctrl-C ends it. Wrong arguments: exit code 2. Anything else that fails: 1.
`;
}
