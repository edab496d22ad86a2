import { count } from '../core/words.ts';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { diffLines } from 'diff';
import type { DriftEntry } from '../core/drift/drift.ts';
import { secretReason } from '../core/drift/secrets.ts';
import type { ClosureFile } from '../core/link/production-modules.ts';
import { writeAllOrNone } from '../io/write-files.ts';
import type { FileToWrite } from '../io/write-files.ts';
import type { VerbContext } from './context.ts';
import { Refused, UsageFailure } from './failures.ts';
import { closureOf, judge, layOut, missingHere, outOfReach, wholeOverlay } from './links.ts';
import { look } from './look.ts';
import type { Look } from './look.ts';
import { asTyped, meant } from './patterns.ts';
import type { Meanings } from './patterns.ts';
import type { PulledFile, PullResult } from './results.ts';

export interface PullOptions {
  readonly patterns: readonly Meanings[];
  /** All that code needs and only production has. */
  readonly missing: boolean;
  readonly commit: boolean;
  /** Called with the preview; the pull goes on only after `true`. */
  readonly confirm: (preview: PullResult) => Promise<boolean>;
}

/** A file that would be pulled, with its bytes. */
interface Candidate {
  readonly file: PulledFile;
  readonly write: FileToWrite;
}

const MAX_PULL_BYTES = 64 * 1024 * 1024;

/**
 * Brings files from production, with what they import in turn. All or none; nothing that is not committed here is overwritten, nothing is
 * written outside the workspace, and each content is the one that the inventory listed.
 */
export async function pull(context: VerbContext, options: PullOptions): Promise<PullResult> {
  const both = await look(context);
  if (options.commit && both.repository === undefined) throw notInRepository(context.config.folder);
  const { chosen, skipped } = await choose(context, both, options);
  const { allowed, refused } = await sortOut(both, chosen, options);
  skipped.push(...refused);
  const fetched = await fetchAll(context, both, allowed);
  skipped.push(...fetched.refused);

  const files = fetched.candidates.map((candidate) => candidate.file);
  const preview: PullResult = {
    target: context.target.name,
    files,
    skipped,
    done: false,
    proposedCommit: messageFor(context, both, files),
  };
  const writes = fetched.candidates
    .filter((candidate) => candidate.file.change !== 'unchanged')
    .map((candidate) => candidate.write);
  if (writes.length === 0 || !(await options.confirm(preview))) return preview;

  context.progress.report({ message: `Writing ${count(writes.length, 'file')}` });
  await writeAllOrNone(await realpath(context.config.folder), writes);
  const commit = options.commit
    ? await commitPulled(both, context.config.folder, writes, preview.proposedCommit)
    : undefined;
  return { ...preview, done: true, ...(commit !== undefined && { commit }) };
}

/** What was asked for and what that needs, in the order in which it was found. */
async function choose(
  context: VerbContext,
  both: Look,
  options: PullOptions,
): Promise<{ chosen: ClosureFile[]; skipped: { path: string; reason: string }[] }> {
  const skipped: { path: string; reason: string }[] = [];
  const links = await layOut(context, both, wholeOverlay(both.drift));
  const wanted = new Set<string>();
  const onProduction = both.drift.filter((entry) => entry.kind !== 'localOnly');
  for (const pattern of options.patterns) {
    const matches = meant(onProduction, pattern);
    if (matches.length === 0 && !isSame(onProduction, pattern)) throw nothingMatches(both, asTyped(pattern));
    for (const entry of matches) wanted.add(entry.path);
  }
  if (options.missing) {
    const { findings } = await judge(context, links);
    const needed = findings.filter((finding) => finding.code === 'production-only-import');
    for (const needs of missingHere(needed).keys()) wanted.add(needs);
    skipped.push(...outOfReach(needed, links.project.root));
  }
  if (!options.missing && options.patterns.length === 0) {
    throw new UsageFailure(
      'Nothing to pull was named.',
      'Name paths or globs, or pass --missing for all that code needs.',
    );
  }
  return { chosen: await closureOf(context, links, [...wanted]), skipped };
}

/** Whether all that a glob means is here already, byte for byte. */
function isSame(onProduction: readonly DriftEntry[], pattern: Meanings): boolean {
  const same = onProduction.filter((entry) => entry.kind === 'same');
  return meant(same, pattern, { same: true }).length > 0;
}

function nothingMatches(both: Look, pattern: string): UsageFailure {
  if (path.posix.isAbsolute(pattern)) {
    return new UsageFailure(
      `${pattern} is no path below the root.`,
      'Name paths relative to the root, or to the folder of driftline.json.',
    );
  }
  const place = both.selection.toLocal(pattern);
  if (!place.managed && place.why === 'excluded') {
    return new UsageFailure(
      `${pattern} is excluded, so it is not pulled.`,
      `Take it back in driftline.json with "exclude": ["!${pattern}"].`,
    );
  }
  return new UsageFailure(
    `Production has no managed file that matches ${pattern}.`,
    'See `driftline audit --all` for what it has.',
  );
}

/** Leaves out what would hurt: secrets nobody named, links, unreadable files, work that is not committed. */
async function sortOut(
  both: Look,
  chosen: readonly ClosureFile[],
  options: PullOptions,
): Promise<{ allowed: { file: ClosureFile; entry: DriftEntry }[]; refused: { path: string; reason: string }[] }> {
  const byPath = new Map(both.drift.map((entry) => [entry.path, entry]));
  const uncommitted = await uncommittedHere(
    both,
    chosen.map((file) => byPath.get(file.path)?.local ?? file.path),
  );
  const allowed: { file: ClosureFile; entry: DriftEntry }[] = [];
  const refused: { path: string; reason: string }[] = [];
  for (const file of chosen) {
    const entry = byPath.get(file.path);
    const named = options.patterns.some(
      (meanings) => entry !== undefined && (meanings.includes(entry.path) || meanings.includes(entry.local)),
    );
    const reason = whyNot(entry, named, uncommitted, both.repository !== undefined);
    if (entry !== undefined && reason === undefined) allowed.push({ file, entry });
    else refused.push({ path: file.path, reason: reason ?? 'it is not managed' });
  }
  return { allowed, refused };
}

function whyNot(
  entry: DriftEntry | undefined,
  named: boolean,
  uncommitted: ReadonlySet<string>,
  inRepository: boolean,
): string | undefined {
  if (entry === undefined) return 'it is not managed';
  if (entry.kind === 'unreadable') return `it could not be read (${entry.why ?? 'no reason given'})`;
  if (entry.kind === 'typeChanged') return `it is ${entry.why ?? 'another kind of thing on production'}`;
  if (entry.kind === 'caseOnly') return `it is ${entry.why ?? 'spelled otherwise here'}: rename that first`;
  if (entry.there === undefined) return `it is ${entry.why ?? 'no regular file'}`;
  const secret = secretReason(entry.path);
  if (secret !== undefined && !named) return `${secret}: name it to pull it`;
  if (entry.here !== undefined && entry.kind !== 'same' && uncommitted.has(entry.local)) {
    return inRepository
      ? 'it has changes here that are in no commit: commit or stash them first'
      : 'it differs here, and without git nobody knows what would be lost: move it away first';
  }
  return undefined;
}

/** Without git, every file that differs counts as work that could be lost. */
async function uncommittedHere(both: Look, locals: readonly string[]): Promise<Set<string>> {
  if (both.repository === undefined) return new Set(locals);
  const prefix = both.prefix;
  const paths = await both.repository.uncommitted(locals.map((local) => prefix + local));
  return new Set([...paths].filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length)));
}

async function fetchAll(
  context: VerbContext,
  both: Look,
  chosen: readonly { file: ClosureFile; entry: DriftEntry }[],
): Promise<{ candidates: Candidate[]; refused: { path: string; reason: string }[] }> {
  const refused: { path: string; reason: string }[] = [];
  const bodies = new Map<string, { bytes: Uint8Array; mode: number }>();
  const host = await context.host();
  context.progress.report({ message: `Fetching ${count(chosen.length, 'file')} from ${host.address}` });
  await host.request(
    'read',
    {
      root: both.inventory.realRoot,
      files: chosen.map(({ entry }) => ({ path: entry.path, ...(entry.there && { sha256: entry.there.sha256 }) })),
      maxBytes: MAX_PULL_BYTES,
    },
    {
      signal: context.signal,
      onPart: (part, body) => {
        if (part.problem !== undefined) refused.push({ path: part.path, reason: part.problem });
        else bodies.set(part.path, { bytes: body, mode: part.mode ?? 0o644 });
      },
    },
  );
  if (refused.some((each) => each.reason.includes('changed on production'))) {
    const path = refused[0]?.path ?? '';
    throw new Refused(`${path} changed on production while it was pulled. Nothing was written.`, 'Pull again.');
  }
  const candidates: Candidate[] = [];
  for (const { file, entry } of chosen) {
    const body = bodies.get(entry.path);
    if (body !== undefined) candidates.push(await candidateOf(context, file, entry, body));
  }
  return { candidates, refused };
}

async function candidateOf(
  context: VerbContext,
  file: ClosureFile,
  entry: DriftEntry,
  body: { bytes: Uint8Array; mode: number },
): Promise<Candidate> {
  const current = entry.here === undefined ? '' : await readFile(path.join(context.config.folder, entry.local), 'utf8');
  const changes = countLines(current, Buffer.from(body.bytes).toString('utf8'));
  const change = entry.kind === 'same' ? 'unchanged' : entry.here === undefined ? 'created' : 'updated';
  return {
    file: {
      path: entry.path,
      local: entry.local,
      change,
      ...changes,
      because: file.importedBy === undefined ? 'asked' : { importedBy: file.importedBy },
    },
    write: {
      local: entry.local,
      bytes: body.bytes,
      mode: body.mode,
      ...(entry.here && { replaces: entry.here.sha256 }),
    },
  };
}

function countLines(before: string, after: string): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  for (const part of diffLines(before, after)) {
    if (part.added) added += part.count;
    else if (part.removed) removed += part.count;
  }
  return { added, removed };
}

function messageFor(context: VerbContext, both: Look, files: readonly PulledFile[]): string {
  const changed = files.filter((file) => file.change !== 'unchanged');
  const what = changed.length === 1 ? (changed[0]?.local ?? '') : `${changed.length} files`;
  const from = `${context.target.host}:${both.inventory.realRoot}`;
  const list = changed.map((file) => `- ${file.local}`).join('\n');
  return `Pull ${what} from ${context.target.name}\n\nAs ${from} had them at ${both.inventory.takenAt}:\n${list}\n`;
}

async function commitPulled(
  both: Look,
  folder: string,
  writes: readonly FileToWrite[],
  message: string,
): Promise<string> {
  if (both.repository === undefined) throw notInRepository(folder);
  return both.repository.commit(
    writes.map((write) => both.prefix + write.local),
    message,
  );
}

function notInRepository(folder: string): UsageFailure {
  return new UsageFailure(`${folder} is in no git repository to commit to.`, 'Pull without --commit.');
}
