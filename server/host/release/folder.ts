import { readFileSync } from 'fs';
import * as path from 'path';
import type { Plan } from '../../core/plan/plan.ts';
import { HostFailure } from '../handlers.ts';

/** The folders of a release that hold bytes of the application's own files. */
export const CONTENTS = ['new', 'old', 'undo', 'removed', 'edits'] as const;

/**
 * One release's folder, `<state>/releases/<id>/`. Files are kept by the number of their operation, so that no name on production can
 * lead out of it.
 */
export class ReleaseFolder {
  constructor(
    readonly state: string,
    readonly id: string,
  ) {
    if (!/^[\w.-]{1,80}$/.test(id) || id.startsWith('.')) {
      throw new HostFailure('bad-release', `"${id}" is no release's name.`, 'See: driftline releases');
    }
  }

  /** From the folder's own path, as the runner is given it. */
  static at(folder: string): ReleaseFolder {
    return new ReleaseFolder(path.dirname(path.dirname(folder)), path.basename(folder));
  }

  get path(): string {
    return path.join(this.state, 'releases', this.id);
  }

  file(
    name:
      | 'plan.json'
      | 'journal.jsonl'
      | 'end.json'
      | 'number'
      | 'record.json'
      | 'record.unlocked.json'
      | 'process.json'
      | 'word'
      | 'runner.log'
      | 'README.md',
  ): string {
    return path.join(this.path, name);
  }

  /** The new bytes of an operation, until the switch. */
  fresh(operation: number): string {
    return path.join(this.path, 'new', String(operation));
  }

  /** The old bytes, kept as long as the release is. */
  backup(operation: number): string {
    return path.join(this.path, 'old', String(operation));
  }

  /** The old bytes once more, ready to be renamed into place. */
  undo(operation: number): string {
    return path.join(this.path, 'undo', String(operation));
  }

  /** The live file itself that was replaced or deleted, until the release has ended. */
  removed(operation: number): string {
    return path.join(this.path, 'removed', String(operation));
  }

  /** What the release had put there and an undo took away again, until the release has ended. */
  undone(operation: number): string {
    return path.join(this.path, 'removed', `${operation}.new`);
  }

  /** Somebody's edit of what the release had put there, saved when that was undone. */
  edit(operation: number): string {
    return path.join(this.path, 'edits', String(operation));
  }

  readPlan(): Plan {
    return JSON.parse(readFileSync(this.file('plan.json'), 'utf8')) as Plan; // Written by this program, in a folder that only it writes.
  }
}
