import { isDeepStrictEqual } from 'node:util';
import { SETTINGS } from '../../settings.ts';
import { defaultImage, type SidecarOptions, sidecarContainer } from '../sidecar.ts';
import { isPlain, type Plain, plain, plainList } from './plain.ts';
import { identityOf } from './rewrite/plan.ts';

/** What a sidecar that is there already is brought up to. */
interface UpdateOptions extends SidecarOptions {
  /** Whether the image was asked for. Otherwise one from somebody's own registry stays. */
  readonly imageGiven: boolean;
  /** The port before this call. */
  readonly oldPort: number;
}

const LISTS = ['env', 'volumeMounts'] as const;
const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;

/**
 * The sidecar with what this call says. What it lacks is added; everything else that somebody has written into it stays: resources,
 * more variables, another probe period.
 */
export function updateSidecar(existing: Plain, options: UpdateOptions): Plain {
  const ours: Plain = { ...sidecarContainer(options) };
  const { restartPolicy: _, ...kept } = existing;
  const lists = LISTS.map((key) => [key, withMissing(existing[key], ours[key])] as const);
  const probes = PROBES.filter((key) => isPlain(existing[key])).map(
    (key) => [key, withPort(plain(existing[key]), options.port)] as const,
  );
  return {
    ...(options.kind === 'native' ? existing : kept),
    ...missingIn(existing, ours),
    ...(options.kind === 'native' ? { restartPolicy: 'Always' } : {}),
    ...Object.fromEntries([...lists, ...probes]),
    image: imageOf(existing, options),
    env: withValues(withMissing(existing['env'], ours['env']), ours['env'], options),
    ports: withContainerPort(existing['ports'], options),
  };
}

/** A key without a value is missing, too. */
function missingIn(existing: Plain, ours: Plain): Plain {
  return Object.fromEntries(Object.entries(ours).filter(([key]) => (existing[key] ?? undefined) === undefined));
}

/** No registry has the default image: it replaces that of another version, but never one that somebody has chosen. */
function imageOf({ image }: Plain, { image: wanted, imageGiven }: UpdateOptions): unknown {
  const ownChoice = typeof image === 'string' && image !== '' && !image.startsWith(defaultImage(''));
  return ownChoice && !imageGiven ? image : wanted;
}

function withMissing(existing: unknown, ours: unknown): readonly Plain[] {
  const has = plainList(existing);
  const missing = plainList(ours).filter(
    (item) => !has.some((each) => isDeepStrictEqual(identityOf(each), identityOf(item))),
  );
  return [...has, ...missing];
}

/** Sets what this call gives: the settings and the grace period. */
function withValues(env: readonly Plain[], ours: unknown, { settings }: UpdateOptions): readonly Plain[] {
  return env.map((variable) => {
    const name = String(variable['name']);
    const isSet = name === SETTINGS.gracePeriod.env || settings[name] !== undefined;
    return isSet ? (plainList(ours).find((each) => each['name'] === name) ?? variable) : variable;
  });
}

function withPort(probe: Plain, port: number): Plain {
  const { httpGet } = probe;
  return isPlain(httpGet) ? { ...probe, httpGet: { ...httpGet, port } } : probe;
}

function withContainerPort(existing: unknown, { port, oldPort }: UpdateOptions): readonly Plain[] {
  const ports = plainList(existing);
  if (ports.some(({ containerPort }) => containerPort === port)) return ports;
  const moved = ports.map((each) => (each['containerPort'] === oldPort ? { ...each, containerPort: port } : each));
  return moved.some(({ containerPort }) => containerPort === port) ? moved : [...moved, { containerPort: port }];
}
