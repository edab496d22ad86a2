import { lstatSync, readdirSync, readlinkSync } from 'fs';
import type { Answer, Entry, EntryKind, Fact, Need } from '../core/tree/tree.ts';
import type { Handler } from './handlers.ts';
import { HostFailure } from './handlers.ts';
import { hashFile } from './hash.ts';
import { kindOf } from './inventory.ts';
import { hasCode, reasonOf } from './names.ts';
import { readRegular } from './open.ts';
import { escapeBytes, nameText } from './spelling.ts';

/** A part is sent when it holds this many answers, or texts of this many characters: a frame has a limit. */
const BATCH_FACTS = 500;
const BATCH_CHARS = 2 * 1024 * 1024;
/** A text that decides how modules resolve is small; anything larger is not read into memory. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024;

/** Answers single questions about absolute paths. */
export const facts: Handler<'facts'> = async (ask, conversation) => {
  let batch: Fact[] = [];
  let chars = 0;
  for (const need of ask.needs) {
    const fact = answerNeed(need);
    batch.push(fact);
    if (fact.ask === 'text' && fact.answer.state === 'known') chars += fact.answer.value.length;
    if (batch.length < BATCH_FACTS && chars < BATCH_CHARS) continue;
    await conversation.part({ facts: batch });
    batch = [];
    chars = 0;
    // Lets a cancellation, or the end of the line, be heard between two batches.
    await new Promise((resolve) => setImmediate(resolve));
    if (conversation.cancelled.now) throw new HostFailure('cancelled', 'looking was cancelled');
  }
  await conversation.part({ facts: batch });
  return {};
};

function answerNeed(need: Need): Fact {
  const { path } = need;
  switch (need.ask) {
    case 'entry':
      return { ask: 'entry', path, answer: look(() => entryOf(path)) };
    case 'list':
      return { ask: 'list', path, answer: look(() => listOf(path)) };
    case 'identity':
      return { ask: 'identity', path, answer: identityOf(path) };
    case 'text':
      return { ask: 'text', path, answer: textOf(path) };
    case 'module':
      return { ask: 'module', path, answer: { state: 'unreadable', reason: 'modules are read where they are judged' } };
  }
}

function entryOf(path: string): Entry {
  const kind = kindOf(lstatSync(path));
  if (kind !== 'symlink') return { kind };
  const leadsTo = readlinkSync(path, { encoding: 'buffer' });
  return { kind, leadsTo: nameText(leadsTo) ?? escapeBytes(leadsTo) };
}

/** JSON has no maps: the listing travels as an object's entries, see `server/io/host-facts.ts`. */
function listOf(path: string): ReadonlyMap<string, EntryKind> {
  const names = new Map<string, EntryKind>();
  for (const child of readdirSync(path, { withFileTypes: true })) names.set(child.name, kindOf(child));
  return new WireMap(names);
}

class WireMap extends Map<string, EntryKind> {
  toJSON(): [string, EntryKind][] {
    return [...this];
  }
}

function identityOf(path: string): Extract<Fact, { ask: 'identity' }>['answer'] {
  return look(() => {
    const hashed = hashFile(path, 'follow');
    if ('problem' in hashed) throw new Error(hashed.problem);
    return hashed.content;
  });
}

function textOf(path: string): Answer<string> {
  return look(() => readRegular(path, MAX_TEXT_BYTES, 'follow').bytes.toString('utf8'));
}

function look<T>(read: () => T): Answer<T> {
  try {
    return { state: 'known', value: read() };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return { state: 'absent' };
    return { state: 'unreadable', reason: reasonOf(error) };
  }
}
