// What people write who do not sleep: a sidecar with a few lines around the SDK, with all of its defaults. It answers /prestop
// when its loop is over, and an error does not end a loop. Settings, as it has no others: RIVAL, TARGET_GROUP_ARN, TARGET_PORT.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  waitUntilTargetDeregistered,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Rival } from './strategies.ts';

const POLL_MS = 5_000;
/** Longer than any grace period: the kubelet ends it. */
const MAX_WAIT_S = 3_600;

const speed = Number(process.env['SIM_SPEED'] ?? 1);
const client = new ElasticLoadBalancingV2Client();
const target = {
  TargetGroupArn: process.env['TARGET_GROUP_ARN'],
  Targets: [{ Id: process.env['DRAIN_WAIT_POD_IPS'], Port: Number(process.env['TARGET_PORT']) }],
};

async function state(): Promise<string | undefined> {
  const { TargetHealthDescriptions } = await client.send(new DescribeTargetHealthCommand(target));
  return TargetHealthDescriptions?.[0]?.TargetHealth?.State;
}

async function poll(until: readonly string[]): Promise<void> {
  for (;;) {
    const seen = await state().catch(() => undefined);
    if (seen !== undefined && until.includes(seen)) return;
    // This module's timers are not those that the preload speeds up.
    await sleep(POLL_MS / speed);
  }
}

const LOOPS: Readonly<Record<Rival, () => Promise<unknown>>> = {
  'first-draining': () => poll(['draining', 'unused']),
  poll: () => poll(['unused']),
  'sdk-waiter': () => waitUntilTargetDeregistered({ client, maxWaitTime: MAX_WAIT_S }, target),
};

const server = createServer(async (_, response) => {
  await LOOPS[process.env['RIVAL'] as Rival]();
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ level: 'info', msg: 'listening', port }));
});
process.on('SIGTERM', () => process.exit(0));
