import { lstatSync } from 'fs';
import { ownerName } from './users.ts';

const GROUP_OR_OTHERS_WRITE = 0o022;

/** Why a state folder that is there is not safe to use: what lies in it is run, and renamed into the live tree. */
export function whyUnsafe(state: string): { readonly why: string; readonly remedy: string } | undefined {
  const stat = lstatSync(state);
  if (!stat.isDirectory()) {
    return { why: 'it is no folder', remedy: 'Move it away, or name another folder with "state".' };
  }
  const me = process.getuid?.() ?? stat.uid;
  if (stat.uid !== me && stat.uid !== 0) {
    return {
      why: `it belongs to ${ownerName(stat.uid)}, who could change what is deployed`,
      remedy: 'Deploy as that user ("user" in driftline.json), or name another folder with "state".',
    };
  }
  if ((stat.mode & GROUP_OR_OTHERS_WRITE) !== 0) {
    return { why: 'others than its owner may write there', remedy: `Take that from them: chmod go-w ${state}` };
  }
  return undefined;
}
