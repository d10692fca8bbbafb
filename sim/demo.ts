// `npm run demo`: what drain-wait does, on the embedded cluster, or on a real node.
const [first, ...rest] = process.argv.slice(2);
if (first === 'rollout') {
  const { rolloutDemo } = await import('./rollout/command.ts');
  process.exitCode = await rolloutDemo(rest);
} else if (first === 'real') {
  const { realRolloutDemo } = await import('../real/rollout.ts');
  process.exitCode = await realRolloutDemo(rest);
} else {
  const { onePodDemo } = await import('./demo/one-pod.ts');
  process.exitCode = await onePodDemo(process.argv.slice(2));
}
