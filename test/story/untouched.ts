import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import type { Scene } from './scene.ts';

/** Where tools keep what is not the application's own. */
const APART = new Set(['.git', 'node_modules']);

/** Both sides as they are now, entry by entry: what is the same before and after was neither lost, nor half done, nor left behind. */
export function bothSides(scene: Scene): { readonly production: string[]; readonly workspace: string[] } {
  return { production: entriesBelow(scene.root), workspace: entriesBelow(scene.repository) };
}

/** Each path with its kind, its mode and a hash of what it holds; names that are no UTF-8 as their bytes are. */
function entriesBelow(folder: string): string[] {
  return readdirSync(bytes(folder), { withFileTypes: true, encoding: 'buffer' })
    .filter((entry) => !APART.has(entry.name.toString()))
    .flatMap((entry) => {
      // Latin-1 keeps every byte apart, and the path is used as bytes again.
      const at = path.join(folder, entry.name.toString('latin1'));
      const own = `${at} ${lstatSync(bytes(at)).mode.toString(8)}`;
      if (entry.isDirectory()) return [own, ...entriesBelow(at)];
      if (entry.isSymbolicLink()) return [`${own} -> ${readlinkSync(bytes(at))}`];
      return [
        `${own} ${createHash('sha256')
          .update(readFileSync(bytes(at)))
          .digest('hex')}`,
      ];
    })
    .sort();
}

function bytes(at: string): Buffer {
  return Buffer.from(at, 'latin1');
}
