import { writeFileSync } from 'node:fs';
import { ReleaseFolder } from '../../server/host/release/folder.ts';
import { layOut, makeStateFolder } from '../../server/host/release/state-folder.ts';
import type { Planned } from './planned.ts';

/** A release's folder with its plan and all its new bytes, as it is when a runner starts. */
export function stageAll(planned: Planned): ReleaseFolder {
  const folder = new ReleaseFolder(planned.state, planned.plan.id);
  makeStateFolder(planned.state);
  layOut(planned.plan, folder);
  for (const [number, operation] of planned.plan.operations.entries()) {
    if (operation.kind !== 'delete') writeFileSync(folder.fresh(number), planned.contentOf(operation), { mode: 0o600 });
  }
  return folder;
}
