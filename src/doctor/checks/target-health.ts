import type { TargetHealth } from '../../core/ports.ts';
import { sameIp, type TargetAddress } from '../../core/target.ts';
import { addressWords } from '../../core/words.ts';
import type { Check, Found } from '../check.ts';
import type { TargetGroupFacts } from '../facts.ts';
import type { Level } from '../finding.ts';
import { kubectl } from '../fixes.ts';
import { conditionOf, known, type Subject } from '../subject.ts';
import { groupLabel } from '../target-groups.ts';
import { isForeign } from './account.ts';

/** One target of the pod, and what AWS says of it; undefined where the target group does not have it. */
interface Target {
  readonly facts: TargetGroupFacts;
  readonly address: TargetAddress;
  readonly health: TargetHealth | undefined;
  /** Under other ports. */
  readonly elsewhere: readonly TargetHealth[];
}

/** The targets of which AWS has said something. */
function targetsOf({ facts: { targetGroups, identity } }: Subject): readonly Target[] {
  return targetGroups.flatMap((facts) => {
    const answer = known(facts.health);
    const isOther = isForeign(facts.group, known(identity.caller)?.account);
    if (answer === undefined || answer.kind === 'no-such-group' || isOther) return [];
    const registered = answer.kind === 'targets' ? answer.targets.filter(isRegistered) : [];
    return facts.addresses.map((address) => {
      const same = registered.filter(({ ip }) => sameIp(ip, address.ip));
      const health = same.find(({ port }) => address.port === undefined || port === address.port);
      return { facts, address, health, elsewhere: same.filter((each) => each !== health) };
    });
  });
}

function isRegistered({ state, reason }: TargetHealth): boolean {
  return !(state === 'unused' && reason === 'Target.NotRegistered');
}

export const targetHealth: Check = {
  id: 'target-health',
  levels: ['ok', 'note', 'warning'],
  finds: 'a target that the load balancer sends nothing, or soon nothing',
  why: 'A pod that gets no requests needs no hold, and the others get more of them.',
  fix: 'Look at the reason that AWS gives, and at the health check of the target group.',
  look: (subject) =>
    targetsOf(subject).flatMap(({ facts, address, health }): readonly Found[] => {
      if (health === undefined) return [];
      const { state, reason } = health;
      const { level, words } = meaning(health, isTerminating(subject));
      const message = `${groupLabel(facts)} ${addressWords({ ...address, port: health.port })} is ${state}${reason === undefined ? '' : ` (${reason})`}: ${words}`;
      return [{ level, message, ...(level === 'warning' ? { fix: describeHealth(facts, address) } : {}) }];
    }),
};

/** What a state means for a pod, in words. */
function meaning(
  { state, reason }: TargetHealth,
  terminating: boolean,
): { readonly level: Level; readonly words: string } {
  switch (state) {
    case 'healthy':
      return { level: 'ok', words: 'it gets requests' };
    case 'initial':
      return { level: 'note', words: 'its first health checks go on' };
    case 'unhealthy':
    case 'unhealthy.draining':
      return { level: 'warning', words: 'its health checks fail' };
    case 'draining':
      return terminating
        ? { level: 'ok', words: 'the pod is being deleted' }
        : { level: 'warning', words: 'it is being deregistered, and the pod is not being deleted' };
    case 'unused':
      return reason === 'Target.NotInUse'
        ? { level: 'note', words: 'no listener uses the target group, so a hold has nothing to wait for' }
        : { level: 'warning', words: 'it cannot get requests' };
    default:
      return { level: 'note', words: 'it counts as registered' };
  }
}

export const targetPort: Check = {
  id: 'target-port',
  levels: ['problem'],
  finds: 'a pod that is registered under another port than Kubernetes says',
  why: 'A hold follows the port that it finds, and somebody else than the controller may have registered it: nobody deregisters that.',
  fix: 'Deregister the wrong one, or correct the port of the Service, of the annotation or of the setting.',
  look: (subject) =>
    targetsOf(subject)
      .filter(({ health, elsewhere }) => health === undefined && elsewhere.length > 0)
      .map(({ facts, address, elsewhere }) => {
        const others = elsewhere.map(({ port }) => port).join(', ');
        const [wrong] = elsewhere;
        return {
          level: 'problem',
          message: `${groupLabel(facts)} has ${address.ip} under port ${others}, and not under ${address.port}`,
          fix: `${elbv2(facts, 'deregister-targets')} --targets Id=${address.ip},Port=${wrong?.port}\n# or name port ${wrong?.port} where the port comes from`,
        };
      }),
};

export const notRegistered: Check = {
  id: 'target-not-registered',
  levels: ['note', 'problem'],
  finds: 'a ready pod that its target group does not have',
  why: 'It gets no requests, and a hold sees nothing of it: the controller is behind, or does not run.',
  fix: 'Look at the Events of the TargetGroupBinding and at the log of the controller.',
  look: (subject) =>
    targetsOf(subject)
      .filter(({ health, elsewhere }) => health === undefined && elsewhere.length === 0)
      .map(({ facts, address }): Found => {
        const message = `${groupLabel(facts)} does not have ${addressWords(address)}`;
        if (isTerminating(subject)) return { level: 'note', message: `${message}: the pod is being deleted` };
        // It is registered when its containers are ready, whatever its gates say.
        const ready = conditionOf(subject.facts, 'ContainersReady') ?? conditionOf(subject.facts, 'Ready');
        if (ready?.status === 'False') {
          return { level: 'note', message: `${message}: its containers are not ready yet` };
        }
        return { level: 'problem', message, fix: kubectl(subject, 'describe targetgroupbindings') };
      }),
};

function isTerminating({ facts }: Subject): boolean {
  return facts.pod.metadata?.deletionTimestamp !== undefined;
}

function describeHealth(facts: TargetGroupFacts, { ip }: TargetAddress): string {
  return `${elbv2(facts, 'describe-target-health')} --query "TargetHealthDescriptions[?Target.Id=='${ip}']"`;
}

function elbv2({ group, description }: TargetGroupFacts, command: string): string {
  return `aws elbv2 ${command} --target-group-arn ${group.arn ?? known(description)?.arn ?? 'ARN'}`;
}
