import { accessSync, constants, realpathSync, statSync } from 'fs';
import { HostFailure } from './handlers.ts';
import { hasCode, reasonOf } from './names.ts';

/** The root's real path. A root that is not there, is no folder or cannot be listed ends the request with a sentence. */
export function openRoot(root: string): string {
  let real: string;
  let isFolder: boolean;
  try {
    real = realpathSync(root);
    isFolder = statSync(real).isDirectory();
    if (isFolder) accessSync(real, constants.R_OK | constants.X_OK);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) {
      throw new HostFailure(
        'no-root',
        `There is no folder ${root} on the host.`,
        'Correct "root" in driftline.json, or create the folder.',
      );
    }
    throw new HostFailure(
      'unreadable-root',
      `The root ${root} cannot be opened: ${reasonOf(error)}.`,
      'Let this user read it.',
    );
  }
  if (!isFolder) {
    throw new HostFailure('no-root', `The root ${root} is not a folder.`, 'Correct "root" in driftline.json.');
  }
  return real;
}

/** Whether a real path is a folder itself or lies below it. */
export function holds(folder: string, real: string): boolean {
  return real === folder || real.startsWith(folder === '/' ? '/' : `${folder}/`);
}
