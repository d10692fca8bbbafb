import type { Rule } from './finding.ts';
import { delayLong, delayShort } from './rules/deregistration-delay.ts';
import { graceMismatch, graceShort } from './rules/grace.ts';
import { hookHost, hookPortName, hookScheme, wrongHookPath, wrongHookPort } from './rules/hook-call.ts';
import { hooksDisagree } from './rules/hooks-disagree.ts';
import { initContainer } from './rules/init-container.ts';
import { memoryLimit } from './rules/memory-limit.ts';
import { hookMissing, noHook } from './rules/no-hook.ts';
import { noToken } from './rules/no-token.ts';
import { notProtected } from './rules/not-protected.ts';
import { hookOther, hookSleep } from './rules/other-hook.ts';
import { livenessProbe, noProbe, noStartupProbe } from './rules/probes.ts';
import { publishNotReady } from './rules/publish-not-ready.ts';
import { rbacEvents, rbacMissing, rbacUnseen } from './rules/rbac.ts';
import { rolloutEmpties } from './rules/rollout-empties.ts';
import { downwardApi, setting } from './rules/settings.ts';
import { targetType } from './rules/target-type.ts';

/** Every rule, in the order of docs/lint.md. */
export const RULES: readonly Rule[] = [
  notProtected,
  noHook,
  hookMissing,
  hookSleep,
  hookOther,
  hookPortName,
  wrongHookPort,
  wrongHookPath,
  hookHost,
  hookScheme,
  hooksDisagree,
  graceShort,
  graceMismatch,
  delayShort,
  delayLong,
  targetType,
  publishNotReady,
  rolloutEmpties,
  initContainer,
  livenessProbe,
  noProbe,
  noStartupProbe,
  memoryLimit,
  setting,
  downwardApi,
  noToken,
  rbacMissing,
  rbacUnseen,
  rbacEvents,
];
