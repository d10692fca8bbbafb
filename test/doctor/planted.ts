import { HOOKS } from './planted/hooks.ts';
import { IDENTITY } from './planted/identity.ts';
import { LIFE_CYCLE } from './planted/life-cycle.ts';
import { LOAD_BALANCER } from './planted/load-balancer.ts';
import { PERMISSIONS } from './planted/permissions.ts';
import { SIDECAR } from './planted/sidecar.ts';
import { TARGETS } from './planted/targets.ts';
import { TIME } from './planted/time.ts';

/** Each a healthy pod with one mistake. */
export const PLANTED = [IDENTITY, PERMISSIONS, SIDECAR, HOOKS, TARGETS, LOAD_BALANCER, TIME, LIFE_CYCLE].flat();
