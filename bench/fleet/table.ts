import { markdownLines } from '../../sim/markdown.ts';
import type { FleetFigures, Share, Spread } from './figures.ts';
import type { Job } from './job.ts';

export interface Row {
  readonly job: Job;
  readonly figures: FleetFigures;
}

interface Column {
  readonly head: string;
  readonly about: string;
  readonly cell: (row: Row) => string;
}

const COLUMNS: readonly Column[] = [
  { head: 'pods', about: 'pods that leave', cell: ({ job }) => String(job.scenario.pods) },
  { head: 'TGs', about: 'target groups that they are in', cell: ({ job }) => String(job.scenario.groups) },
  {
    head: 'LB',
    about: 'ALB: routes for 17 s after a deregistration; NLB: 120 s',
    cell: ({ job }) => job.scenario.loadBalancer,
  },
  {
    head: 'lag',
    about: 'fast: the controller hears of a pod after 0.02 to 3 s; slow: after 15 s in the median, 120 s at the most',
    cell: ({ job }) => job.scenario.lag,
  },
  {
    head: 'bucket',
    about: 'tokens of the account and their refill a second, shared by pods and controller',
    cell: ({ job }) => bucket(job),
  },
  { head: 'strategy', about: 'what holds SIGTERM back', cell: ({ job }) => job.strategy },
  { head: 'let go', about: 'why, and how many pods where not all', cell: ({ figures }) => reasons(figures) },
  {
    head: 'early',
    about: 'pods that got SIGTERM while the load balancer still sent them new requests: failed requests',
    cell: ({ figures }) => String(figures.early),
  },
  {
    head: 'routed after SIGTERM, s',
    about: 'for how long, the worst pod',
    cell: ({ figures }) => seconds(figures.routedAfterSigtermMs),
  },
  {
    head: 'SIGTERM after, s',
    about: 'from the deletion: median / worst',
    cell: ({ figures }) => spread(figures.sigtermAfter, 'worst'),
  },
  {
    head: 'wasted, s',
    about: 'held although the load balancer had stopped: median / 95 of 100 pods',
    cell: ({ figures }) => spread(figures.wasted, 'p95'),
  },
  {
    head: 'calls',
    about: 'DescribeTargetHealth for one pod: median / worst',
    cell: ({ figures }) => `${figures.calls.median.toFixed(0)} / ${figures.calls.worst}`,
  },
  { head: 'calls/s', about: 'of all pods in the busiest second', cell: ({ figures }) => String(figures.busiestSecond) },
  {
    head: 'throttled',
    about: "share of the pods' calls that were refused for the rate",
    cell: ({ figures }) => share(figures.podCalls),
  },
  {
    head: 'LBC throttled',
    about: "share of the controller's calls that were refused for the rate",
    cell: ({ figures }) => share(figures.controllerCalls),
  },
  {
    head: 'LBC takes, s',
    about: 'what the controller takes from hearing of a pod to its deregistration: median / worst',
    cell: ({ figures }) => spread(figures.deregisteredAfter, 'worst'),
  },
];

/** The rows as a Markdown table. */
export function markdownTable(rows: readonly Row[]): string {
  return markdownLines(
    COLUMNS.map(({ head }) => head),
    COLUMNS.map(() => '---'),
    rows.map((row) => COLUMNS.map(({ cell }) => cell(row))),
  );
}

/** What the heads mean, one line each. */
export function legend(): string {
  return COLUMNS.map(({ head, about }) => `- **${head}**: ${about}`).join('\n');
}

function bucket({ scenario }: Job): string {
  return `${scenario.bucket.size} + ${scenario.bucket.refillPerSecond}/s`;
}

function reasons({ reasons }: FleetFigures): string {
  const entries = Object.entries(reasons).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 1
    ? (entries[0]?.[0] ?? '')
    : entries.map(([reason, count]) => `${reason} ${count}`).join(', ');
}

function spread({ median, ...rest }: Spread, high: 'p95' | 'worst'): string {
  return `${seconds(median)} / ${seconds(rest[high])}`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function share({ made, throttled }: Share): string {
  return made === 0 ? '–' : `${((100 * throttled) / made).toFixed(1)} % of ${made}`;
}
