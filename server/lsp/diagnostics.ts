import { DiagnosticSeverity } from 'vscode-languageserver/node';
import type { Diagnostic, DiagnosticRelatedInformation } from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import type { ConfigProblem } from '../config/config.ts';
import type { Finding } from '../core/link/finding.ts';
import { whenItFails } from '../core/link/reach.ts';
import { below } from '../core/tree/path.ts';
import { PRODUCTION_SCHEME } from '../protocol.ts';
import { loudnessOf } from './severities.ts';
import type { Loudness, Severities } from './severities.ts';

export const SOURCE = 'driftline';

const SEVERITIES: Readonly<Record<Exclude<Loudness, 'none'>, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** What a quick fix needs to know of the finding behind a diagnostic; travels in `data`. */
export interface FindingData {
  readonly pull: readonly string[];
  readonly deletes: readonly string[];
}

/** What the editor before us can show, and how its person wants it. */
export interface Manner {
  /** It is our own client: it runs commands that a link names, shows production's files, and validates `driftline.json` by its schema. */
  readonly ours: boolean;
  readonly severities: Severities;
}

/** What was looked at: when, and from which root production's paths count. */
export interface Looked {
  /** ISO 8601. */
  readonly takenAt: string;
  readonly root: string;
  /** How the editor addresses a file of the workspace, by its path relative to the config's folder. */
  readonly uriOfLocal: (path: string) => string;
}

/**
 * A finding as an editor shows it. It claims no more than the inventory supports: its age stands beside the sentence.
 * `undefined` where the person wants none of this code.
 */
export function toDiagnostic(finding: Finding, looked: Looked, manner: Manner): Diagnostic | undefined {
  const loudness = loudnessOf(finding, manner.severities);
  if (loudness === 'none') return undefined;
  const data: FindingData = { pull: finding.pull ?? [], deletes: finding.deletes ?? [] };
  const related = [...(manner.ours ? relatedTo(finding, looked.root) : []), ...chainOf(finding, looked, manner)];
  const sentences = [finding.message, whenItFails(finding), finding.remedy].filter((each) => each !== undefined);
  return {
    range: finding.range,
    severity: SEVERITIES[loudness],
    code: finding.code,
    ...(manner.ours && { codeDescription: { href: explanationOf(finding.code) } }),
    source: SOURCE,
    message: `${sentences.join(' ')} (production as of ${looked.takenAt.slice(0, 16).replace('T', ' ')} UTC)`,
    ...(related.length > 0 && { relatedInformation: related }),
    data,
  };
}

const START = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Production's own file, where the verdict is about one that is not here. */
function relatedTo({ code, explain }: Finding, root: string): DiagnosticRelatedInformation[] {
  const trace =
    code === 'production-only-import'
      ? explain?.production
      : code === 'shadowed-on-production'
        ? explain?.merged
        : undefined;
  const path = trace?.outcome.kind === 'file' ? below(root, trace.outcome.path) : undefined;
  if (path === undefined) return [];
  return [{ location: { uri: productionUri(path), range: START }, message: `on production: ${path}` }];
}

/** From what is started to the file that loads this one, each at the import that leads on. */
function chainOf({ reach }: Finding, looked: Looked, manner: Manner): DiagnosticRelatedInformation[] {
  return (reach?.chain ?? []).flatMap(({ file, range }, at, chain) => {
    const isThere = file.tree === 'production';
    if (isThere && !manner.ours) return [];
    const next = chain[at + 1]?.file.path;
    const begin = at === 0 ? `started by ${reach?.startedBy ?? ''}; ` : '';
    const uri = isThere ? productionUri(file.path) : looked.uriOfLocal(file.path);
    return [{ location: { uri, range }, message: `${begin}loads ${next ?? 'this file'}` }];
  });
}

/**
 * Where a code is explained: the page that the extension carries with it, opened by a command of our client. The product has no public
 * address yet, and a link to one that does not answer would be worse than none: so other editors, which know no such command, get no link.
 */
export function explanationOf(code: Finding['code']): string {
  return `command:driftline.explainVerdict?${encodeURIComponent(JSON.stringify([code]))}`;
}

/** What is wrong in a `driftline.json`. */
export function configDiagnostic(problem: ConfigProblem): Diagnostic {
  return {
    range: {
      start: { line: problem.line, character: problem.character },
      end: { line: problem.endLine, character: problem.endCharacter },
    },
    severity: DiagnosticSeverity.Error,
    code: 'configuration',
    source: SOURCE,
    message: `${problem.message} ${problem.remedy}`,
  };
}

/** What this diagnostic's quick fixes would do, each by production paths. `data` comes back from the client, so it is looked at. */
export function fixesOf(diagnostic: Diagnostic): FindingData {
  const data: unknown = diagnostic.data;
  const { pull, deletes }: { readonly [K in keyof FindingData]?: unknown } =
    typeof data === 'object' && data !== null ? data : {};
  return { pull: textsIn(pull), deletes: textsIn(deletes) };
}

function textsIn(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((each) => typeof each === 'string');
}

/**
 * Pushes diagnostics, and remembers what stands where, so that a file that has none any more, or is gone, is cleared. Where a document is
 * open its own verdicts count, elsewhere those of the workspace.
 */
export class DiagnosticBoard {
  readonly #open = new Map<string, readonly Diagnostic[]>();
  #workspace = new Map<string, readonly Diagnostic[]>();
  readonly #shown = new Map<string, string>();

  constructor(readonly publish: (uri: string, diagnostics: Diagnostic[]) => void) {}

  /** Of the whole workspace; replaces what the last look said. */
  setWorkspace(byUri: ReadonlyMap<string, readonly Diagnostic[]>): void {
    this.#workspace = new Map(byUri);
    this.#refresh(new Set([...this.#shown.keys(), ...this.#workspace.keys()]));
  }

  setOpen(uri: string, diagnostics: readonly Diagnostic[]): void {
    this.#open.set(uri, diagnostics);
    this.#refresh([uri]);
  }

  /** The document is closed: the workspace's verdicts count again. */
  close(uri: string): void {
    this.#open.delete(uri);
    this.#refresh([uri]);
  }

  #refresh(uris: Iterable<string>): void {
    for (const uri of uris) {
      const diagnostics = [...(this.#open.get(uri) ?? this.#workspace.get(uri) ?? [])];
      const text = JSON.stringify(diagnostics);
      if ((this.#shown.get(uri) ?? '[]') === text) continue;
      if (diagnostics.length === 0) this.#shown.delete(uri);
      else this.#shown.set(uri, text);
      this.publish(uri, diagnostics);
    }
  }
}

export function uriOf(file: string): string {
  return URI.file(file).toString();
}

/** @param path relative to the target's root */
export function productionUri(path: string): string {
  return URI.from({ scheme: PRODUCTION_SCHEME, path: `/${path}` }).toString();
}

export function fileOf(uri: string): string | undefined {
  const parsed = URI.parse(uri);
  return parsed.scheme === 'file' ? parsed.fsPath : undefined;
}
