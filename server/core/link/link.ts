import { resolve } from './resolve.ts';
import type { Finding, Trace, Verdict } from './finding.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import type { LinkText } from './module-facts.ts';
import type { ProjectView } from './project.ts';

/** One link with where it leads in each tree. */
export interface Link {
  readonly text: LinkText;
  readonly here: Trace;
  readonly there: Trace;
  readonly after: Trace;
  /** The module's own path in each tree. */
  readonly fromHere: TreePath;
  readonly fromThere: TreePath;
}

/** What a verdict says, before it is put at its place. */
export interface Said {
  readonly code: Verdict;
  readonly message: string;
  readonly remedy: string;
  readonly pull?: readonly string[];
  readonly deletes?: readonly string[];
  readonly couldReach?: readonly string[];
  readonly range?: Finding['range'];
  /** Where it is not as grave as its code usually is. */
  readonly atMost?: 'warning' | 'information';
}

/** Where one link leads in each tree; also what a hover shows. */
export function followLink(view: ProjectView, text: LinkText, fromHere: TreePath, fromThere: TreePath): Link {
  return new FollowedLink(view, text, fromHere, fromThere);
}

class FollowedLink implements Link {
  readonly here: Trace;
  readonly after: Trace;
  #there: Trace | undefined;

  constructor(
    readonly view: ProjectView,
    readonly text: LinkText,
    readonly fromHere: TreePath,
    readonly fromThere: TreePath,
  ) {
    this.here = this.#kept('here', view.local);
    this.after = this.#kept('after', view.merged);
  }

  /** Asked for only where the other two do not agree. */
  get there(): Trace {
    return (this.#there ??= this.#kept('there', this.view.production));
  }

  #kept(side: 'here' | 'there' | 'after', tree: View): Trace {
    const { memory } = this.view;
    if (memory === undefined) return this.#resolve(side, tree);
    const { kind, specifier } = this.text;
    return memory.trace(this.view, `${side} ${kind} ${specifier}\0${this.fromHere}\0${this.fromThere}`, () =>
      this.#resolve(side, tree),
    );
  }

  #resolve(side: 'here' | 'there' | 'after', tree: View): Trace {
    const { kind, specifier } = this.text;
    if (side === 'here') return resolve(tree, this.fromHere, kind, specifier, this.view.runtimeHere);
    return resolve(tree, this.fromThere, kind, specifier, this.view.project.runtime);
  }
}

/** An outcome that nobody can judge by. */
export function isOpen(trace: Trace): boolean {
  return trace.outcome.kind === 'unknown' || trace.outcome.kind === 'unreadable';
}

/** Whether production has this very content of the module; not asked for where it is not known. */
export function isSameFile(view: ProjectView, { fromHere, fromThere }: Pick<Link, 'fromHere' | 'fromThere'>): boolean {
  const here = view.local.identityIfKnown(fromHere);
  const there = view.production.identityIfKnown(fromThere);
  return here.state === 'known' && there.state === 'known' && here.value.sha256 === there.value.sha256;
}

/** A clause that ends a sentence about a failure: when it happens. */
export function fails({ text }: Link): string {
  if (text.caught) return '; the failure is caught';
  return text.when === 'reached' ? '; it fails when this function is reached, not at start' : '';
}
