import { SETTINGS } from '../../settings.ts';
import { graceMismatch } from '../../workload/lint/rules/grace.ts';
import { fromRule, type Section } from '../check.ts';
import { changeSidecar } from '../fixes.ts';
import { delay, delayTooLong, delayTooShort } from './deregistration-delay.ts';
import { graceSeconds, graceShort } from './grace.ts';

export const time: Section = {
  id: 'time',
  title: 'The time',
  checks: [
    graceShort,
    fromRule(graceMismatch, {
      fix: (subject) => {
        const value = `${graceSeconds(subject)}s`;
        return changeSidecar(subject, { env: [{ name: SETTINGS.gracePeriod.env, value }] });
      },
    }),
    delayTooShort,
    delayTooLong,
    delay,
  ],
};
