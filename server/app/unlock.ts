import { whoAmI } from '../io/who.ts';
import type { VerbContext } from './context.ts';
import { Refused } from './failures.ts';
import { isOpen } from './recover.ts';
import { releaseNamed, releases } from './releases.ts';

/** `driftline unlock`. */
export interface UnlockResult {
  readonly target: string;
  readonly release: string;
  /** False where nothing held the root for this release. */
  readonly unlocked: boolean;
}

export interface UnlockOptions {
  readonly release: string;
  /** Why a person is sure that nobody carries it out; kept with the release. */
  readonly reason: string;
  /** Who holds it, as the person named them: a slip of the hand must not unlock another's deploy. */
  readonly holder: string;
}

/**
 * Takes the lock of a release away that nobody carries out and that `recover` could not end, because a person who names its holder says
 * so. Its files stay as they are, its backup is kept.
 */
export async function unlock(context: VerbContext, options: UnlockOptions): Promise<UnlockResult> {
  const { target, signal } = context;
  const release = releaseNamed(await releases(context), options.release);
  if (release.outcome !== 'running' && !isOpen(release)) {
    return { target: target.name, release: release.id, unlocked: false };
  }
  if (options.holder !== release.by) {
    throw new Refused(
      `Release ${release.id} is not held by ${options.holder} but by ${release.by}. The lock stands.`,
      'Ask them first.',
    );
  }
  const host = await context.host();
  const { user, machine } = whoAmI();
  const ask = { state: target.state, release: release.id, by: `${user}@${machine}`, reason: options.reason };
  const { unlocked } = await host.request('unlock', ask, { signal });
  return { target: target.name, release: release.id, unlocked };
}
