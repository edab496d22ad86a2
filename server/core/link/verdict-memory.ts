import type { TreePath } from '../tree/tree.ts';
import type { Answers, Hear, View } from '../tree/view.ts';
import type { Trace } from './finding.ts';
import type { ModuleVerdict } from './judge.ts';
import type { Project, ProjectView } from './project.ts';

type Side = 'local' | 'production' | 'merged';
type AnyAnswer = Answers[keyof Answers];

/** A question with its last answer. Times are numbers of looks. */
interface Asked {
  readonly side: Side;
  readonly ask: keyof Answers;
  readonly path: TreePath;
  answer: AnyAnswer;
  /** When it was last asked, and when its answer was last another one than before. */
  askedAt: number;
  changedAt: number;
}

/** A result with all the questions that it follows from: while their answers are the same, so is it. */
interface Kept<T> {
  readonly value: T;
  readonly asked: ReadonlySet<Asked>;
  /** What it was made of and was kept by itself, by name. */
  readonly traces: ReadonlyMap<string, Kept<Trace>>;
  /** The last look at which all the answers were the same. */
  holdsAt: number;
}

const NONE: Kept<Trace>['traces'] = new Map();

/** Questions that no kept verdict needs any more go once there are so many times as many as at the last tidying. */
const GROWTH = 2;

/**
 * Verdicts that outlive a change of the trees. What a verdict asked of each tree, absences too, is kept with it; at the next look these
 * questions are put again, each once for all the modules that asked it, and only modules that would hear another answer are judged anew.
 * So nobody has to tell what has changed: an edit, a pull, a new inventory and another branch are all the same to it.
 */
export class VerdictMemory {
  /** By what is asked of which tree, then by path. */
  readonly #asked = new Map<string, Map<TreePath, Asked>>();
  #verdicts = new Map<string, Kept<ModuleVerdict>>();
  #basis = '';
  #now = 0;
  #tidied = 1000;
  #listening: Set<Asked> | undefined;
  #traces: { readonly before: Kept<Trace>['traces'] | undefined; readonly now: Map<string, Kept<Trace>> } | undefined;

  /** @param keepsTraces whether a module that is judged anew keeps what its other links resolved to: for modules that are being edited */
  constructor(readonly keepsTraces = false) {}

  /** The trees may answer otherwise from now on. What is no tree (the rules of selection, the runtime) decides everything. */
  look({ folder, root, selection, runtime }: Project): void {
    this.changed();
    const basis = JSON.stringify([folder, root, selection.rules, runtime]);
    if (basis === this.#basis) return;
    this.#basis = basis;
    this.#verdicts.clear();
    this.#tidy();
  }

  /** The same view will be asked, but its trees have learned something else of a module. */
  changed(): void {
    this.#now++;
  }

  /** Only these are kept, by the names that they were judged by. */
  retain(names: ReadonlySet<string>): void {
    for (const name of this.#verdicts.keys()) if (!names.has(name)) this.#verdicts.delete(name);
    this.#tidyIfGrown();
  }

  /** To be given to the view of a tree. */
  hearing(side: Side): Hear {
    const byAsk = {
      locate: this.#places(side, 'locate'),
      nearestPackage: this.#places(side, 'nearestPackage'),
      text: this.#places(side, 'text'),
      list: this.#places(side, 'list'),
      identity: this.#places(side, 'identity'),
      identityIfKnown: this.#places(side, 'identityIfKnown'),
      module: this.#places(side, 'module'),
    };
    return (ask, path, answer) => {
      if (this.#listening === undefined) return;
      const known = byAsk[ask];
      let asked = known.get(path);
      if (asked === undefined) {
        asked = { side, ask, path, answer, askedAt: this.#now, changedAt: this.#now };
        known.set(path, asked);
      } else if (asked.askedAt !== this.#now) this.#renew(asked, answer);
      this.#listening.add(asked);
    };
  }

  /**
   * The verdict on a module: the last one where that still holds. Where a question has no answer yet, the view's misses tell so, and what is
   * given counts for nothing.
   *
   * @param name tells the module from every other one
   */
  verdict(view: ProjectView, name: string, judge: () => ModuleVerdict): ModuleVerdict {
    const before = view.misses;
    const kept = this.#verdicts.get(name);
    if (kept !== undefined && (this.#holds(kept, view) || view.misses !== before)) return kept.value;
    const traces = new Map<string, Kept<Trace>>();
    if (this.keepsTraces) this.#traces = { before: kept?.traces, now: traces };
    const { value, asked } = this.#listen(judge);
    this.#traces = undefined;
    if (view.misses === before) {
      this.#verdicts.set(name, { value, asked, traces, holdsAt: this.#now });
      this.#tidyIfGrown();
    }
    return value;
  }

  /** Where one link of the module that is being judged leads. */
  trace(view: ProjectView, name: string, resolve: () => Trace): Trace {
    if (this.#traces === undefined) return resolve();
    const { before, now } = this.#traces;
    const known = now.get(name);
    if (known !== undefined) return known.value;
    const misses = view.misses;
    let kept = before?.get(name);
    if (kept === undefined || !this.#holds(kept, view)) {
      const { value, asked } = this.#listen(resolve);
      kept = { value, asked, traces: NONE, holdsAt: this.#now };
    }
    if (view.misses === misses) now.set(name, kept);
    return kept.value;
  }

  #places(side: Side, ask: keyof Answers): Map<TreePath, Asked> {
    const name = `${side} ${ask}`;
    const known = this.#asked.get(name) ?? new Map<TreePath, Asked>();
    this.#asked.set(name, known);
    return known;
  }

  #listen<T>(compute: () => T): { readonly value: T; readonly asked: ReadonlySet<Asked> } {
    const outer = this.#listening;
    const asked = new Set<Asked>();
    this.#listening = asked;
    try {
      return { value: compute(), asked };
    } finally {
      this.#listening = outer;
    }
  }

  /** Goes on after a question without an answer, so that all that lacks is fetched at once. */
  #holds(kept: Kept<unknown>, view: ProjectView): boolean {
    if (kept.holdsAt === this.#now) return true;
    const before = view.misses;
    for (const asked of kept.asked) {
      if (asked.askedAt !== this.#now) this.#askAgain(asked, view);
      if (asked.changedAt > kept.holdsAt) return false;
    }
    for (const trace of kept.traces.values()) {
      if (!this.#holds(trace, view) && view.misses === before) return false;
    }
    if (view.misses !== before) return false;
    kept.holdsAt = this.#now;
    return true;
  }

  #askAgain(asked: Asked, view: ProjectView): void {
    const before = view.misses;
    const answer = answerOf(view[asked.side], asked.ask, asked.path);
    if (view.misses === before) this.#renew(asked, answer);
  }

  #renew(asked: Asked, answer: AnyAnswer): void {
    asked.askedAt = this.#now;
    if (!(asked.ask === 'module' ? isSameModule : isSame)(asked.answer, answer)) asked.changedAt = this.#now;
    // Also where it is the same: what the last look held can go.
    asked.answer = answer;
  }

  #tidyIfGrown(): void {
    if (this.#count() > GROWTH * this.#tidied) this.#tidy();
  }

  #tidy(): void {
    const needed = new Set<Asked>();
    for (const { asked, traces } of this.#verdicts.values()) {
      for (const part of [asked, ...[...traces.values()].map((trace) => trace.asked)])
        for (const each of part) needed.add(each);
    }
    for (const places of this.#asked.values()) {
      for (const [path, asked] of places) if (!needed.has(asked)) places.delete(path);
    }
    this.#tidied = Math.max(this.#tidied, this.#count());
  }

  #count(): number {
    let count = 0;
    for (const places of this.#asked.values()) count += places.size;
    return count;
  }
}

/** A verdict from the view's memory, where it has one. */
export function remembered(view: ProjectView, name: string, judge: () => ModuleVerdict): ModuleVerdict {
  return view.memory === undefined ? judge() : view.memory.verdict(view, name, judge);
}

function answerOf(view: View, ask: keyof Answers, path: TreePath): AnyAnswer {
  return view[ask](path);
}

/** The facts of one content are one object, as long as somebody keeps them: comparing large ones would cost most of an edit. */
function isSameModule(one: AnyAnswer, other: AnyAnswer): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  return one.state === 'known' && other.state === 'known' ? one.value === other.value : isSame(one, other);
}

/** Answers are plain data, and listings; what was read anew may be the same all the same. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof Map && other instanceof Map) {
    return one.size === other.size && [...one].every(([name, kind]) => other.get(name) === kind);
  }
  const [ofOne, ofOther] = [Object.entries(one), Object.entries(other)];
  return (
    ofOne.length === ofOther.length &&
    ofOne.every(([name, value], at) => {
      const [otherName, otherValue] = ofOther[at] ?? [];
      return name === otherName && isSame(value, otherValue);
    })
  );
}
