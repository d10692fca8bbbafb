import type { Fault } from '../../sim/faults.ts';
import { answering, strange } from './answers.ts';
import type { FaultRow } from './fault.ts';

const HOUR_MS = 3_600_000;
const PAUSE_MS = 10_000;
const ROTATION_MS = 10_000;
const STARVED_MILLICORES = 20;

const EXPIRED: Fault = { kind: 'status', status: 403, code: 'ExpiredToken' };

const ELBV2: readonly FaultRow[] = [
  ...answering('ELBv2', { kind: 'status', status: 400, code: 'Throttling' }),
  strange('ELBv2', 'target state', {
    '<State>healthy<': '<State>exalted<',
    '<State>draining<': '<State>waning<',
  }),
  strange('ELBv2', 'reason', { DeregistrationInProgress: 'Leaving' }),
  strange(
    'ELBv2',
    'kind of load balancer',
    { ':loadbalancer/app/': ':loadbalancer/new/', '<Protocol>HTTP<': '<Protocol>HTTP9<' },
    { protocolUnknown: true },
  ),
  { name: 'token expired', where: 'ELBv2', effect: { kind: 'silent', api: 'ELBv2' }, answers: EXPIRED },
  {
    name: 'token expired, a new one after 10 s',
    where: 'ELBv2',
    effect: { kind: 'silent', api: 'ELBv2', forMs: ROTATION_MS },
    answers: EXPIRED,
  },
  {
    name: 'credentials missing',
    where: 'ELBv2',
    effect: { kind: 'silent', api: 'ELBv2', firstUse: true },
    begin: ({ credentials }) => credentials.givePodIdentity('none'),
  },
  {
    name: 'credentials that have expired',
    where: 'ELBv2',
    effect: { kind: 'silent', api: 'ELBv2' },
    begin({ credentials, cluster }) {
      credentials.givePodIdentity('expired');
      cluster.awsFaults.add({ fault: EXPIRED });
    },
  },
  {
    name: "the node's role instead of the pod's",
    where: 'ELBv2',
    effect: { kind: 'silent', api: 'ELBv2' },
    answers: { kind: 'status', status: 403, code: 'AccessDenied' },
    credentials: 'nodeRole',
    onlyFromStart: true,
  },
];

const KUBERNETES: readonly FaultRow[] = [
  // Of its throttling HTTP 429 is all there is.
  ...answering('Kubernetes', { kind: 'status', status: 429 }).filter(({ name }) => name !== 'throttled for ever'),
  strange('Kubernetes', 'target type', { '"targetType":"ip"': '"targetType":"pod"' }),
  strange('Kubernetes', 'target group protocol', { '"targetGroupProtocol":"HTTP"': '"targetGroupProtocol":"HTTP9"' }),
  strange('Kubernetes', 'address type', { '"addressType":"IPv4"': '"addressType":"IPv9"' }),
  {
    name: 'token expired',
    where: 'Kubernetes',
    effect: { kind: 'silent', api: 'Kubernetes' },
    begin: ({ cluster, files }) => cluster.kubernetes.revokeToken(files.token),
  },
  {
    name: 'token expired, a new one after 10 s',
    where: 'Kubernetes',
    effect: { kind: 'silent', api: 'Kubernetes', forMs: ROTATION_MS },
    async begin({ cluster, files }) {
      cluster.kubernetes.revokeToken(files.token);
      await cluster.clock.sleep(ROTATION_MS);
      await files.writeToken(`${files.token}-renewed`);
    },
  },
  {
    name: 'token missing',
    where: 'Kubernetes',
    effect: { kind: 'silent', api: 'Kubernetes', firstUse: true },
    begin: ({ files }) => files.writeToken(undefined),
  },
];

const PROCESS: readonly FaultRow[] = [
  {
    name: 'clock 5 h ahead',
    where: 'the process',
    effect: { kind: 'late', byMs: 0 },
    begin: ({ shiftClock }) => shiftClock(5 * HOUR_MS),
  },
  {
    name: 'clock 5 h behind',
    where: 'the process',
    effect: { kind: 'late', byMs: 0 },
    begin: ({ shiftClock }) => shiftClock(-5 * HOUR_MS),
  },
  {
    name: 'paused for 10 s',
    where: 'the process',
    effect: { kind: 'late', byMs: PAUSE_MS },
    async begin(stage) {
      const pid = await stage.process;
      process.kill(pid, 'SIGSTOP');
      await stage.cluster.clock.sleep(PAUSE_MS);
      process.kill(pid, 'SIGCONT');
    },
  },
  {
    name: '2 % of a processor',
    where: 'the process',
    effect: { kind: 'late', byMs: PAUSE_MS },
    begin: ({ limitCpu }) => limitCpu(STARVED_MILLICORES),
  },
];

/** Every fault, in the order of the table. */
export const FAULTS: readonly FaultRow[] = [...ELBV2, ...KUBERNETES, ...PROCESS];
