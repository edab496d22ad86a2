import type { VerbContext } from './context.ts';
import type { ReleasesResult } from './results.ts';

/** What was deployed to this root, as its host keeps it. Writes nothing there. */
export async function releases(context: VerbContext): Promise<ReleasesResult> {
  const { target, signal } = context;
  const host = await context.host();
  const listed = await host.request('releases', { state: target.state }, { signal });
  return { target: target.name, releases: listed.releases };
}
