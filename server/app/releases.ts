import type { ReleaseSummary } from '../core/release/release.ts';
import type { VerbContext } from './context.ts';
import { UsageFailure } from './failures.ts';
import type { ReleasesResult } from './results.ts';

/** What was deployed to this root, as its host keeps it. Writes nothing there. */
export async function releases(context: VerbContext): Promise<ReleasesResult> {
  const { target, signal } = context;
  const { root, state } = target;
  const host = await context.host();
  // Reading no file of it fails where there is no root: nobody can say then that nothing was ever deployed.
  await host.request('read', { root, files: [], maxBytes: 0 }, { signal });
  const listed = await host.request('releases', { state }, { signal });
  return { target: target.name, releases: listed.releases };
}

/** The release that a person named. */
export function releaseNamed({ releases: known }: ReleasesResult, id: string): ReleaseSummary {
  const release = known.find((each) => each.id === id);
  if (release === undefined) throw new UsageFailure(`There is no release ${id}.`, 'See: driftline releases');
  return release;
}
