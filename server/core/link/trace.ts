import type { TreePath } from '../tree/tree.ts';
import type { Trace } from './finding.ts';

/** What a resolution ends in. */
export type Outcome = Trace['outcome'];

/** Collects what a resolution tried, so that every verdict can explain itself. */
export class Tracer {
  readonly tried: string[] = [];
  rule = '';

  try(path: TreePath): TreePath {
    this.tried.push(path);
    return path;
  }

  end(rule: string, outcome: Outcome): Trace {
    return { outcome, tried: this.tried, rule };
  }

  missing(rule: string, code: string, message: string): Trace {
    return this.end(rule, { kind: 'missing', code, message });
  }
}
