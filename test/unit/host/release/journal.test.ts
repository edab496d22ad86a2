import { appendFileSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReleaseFolder } from '../../../../server/host/release/folder.ts';
import { endOf, Journal, readJournal } from '../../../../server/host/release/journal.ts';
import { layOutPlanned } from '../../../support/planned.ts';
import type { Planned } from '../../../support/planned.ts';
import { stageAll } from '../../../support/staged.ts';

let planned: Planned;
let folder: ReleaseFolder;
let file: string;
beforeEach(async () => {
  planned = await layOutPlanned({ old: { 'a.js': 'a' }, next: { 'a.js': 'b' } });
  folder = stageAll(planned);
  file = folder.file('journal.jsonl');
});
afterEach(() => planned.remove());

describe('a journal', () => {
  it('is read as it was told, with numbers that go on over several tellers', () => {
    new Journal(folder).step('verify', 'one');
    new Journal(folder).step('backup', 'two');
    expect(readJournal(folder).map((event) => event.seq)).toEqual([0, 1]);
  });

  it('loses a cut line and nothing else, and the next line is not written onto its end', () => {
    new Journal(folder).step('verify', 'one');
    appendFileSync(file, '{"seq":1,"at":"20');
    new Journal(folder).step('backup', 'two');
    expect(readJournal(folder).map((event) => (event.type === 'step' ? event.step : event.type))).toEqual([
      'verify',
      'backup',
    ]);
  });

  it('is empty where it is not there', () => {
    expect(readJournal(folder)).toEqual([]);
    expect(endOf([])).toBeUndefined();
  });
});

describe('an end', () => {
  it('is known before its line is told, and told once', () => {
    const journal = new Journal(folder);
    journal.step('watch', 'health');
    const tell = journal.end('deployed', 'healthy');
    expect(readFileSync(file, 'utf8')).not.toContain('ended');
    expect(endOf(readJournal(folder))).toMatchObject({ outcome: 'deployed', detail: 'healthy', seq: 1 });
    tell();
    expect(readFileSync(file, 'utf8')).toContain('"ended"');
    expect(readJournal(folder).filter((event) => event.type === 'ended')).toHaveLength(1);
  });

  it('takes no more room than was kept for it, however long its reason', () => {
    const room = statSync(folder.file('end.json')).size;
    new Journal(folder).end('rolledBack', '😀 "reason"\n'.repeat(10_000));
    expect(statSync(folder.file('end.json')).size).toBe(room);
    expect(endOf(readJournal(folder))?.detail).toMatch(/^😀 "reason".* …$/s);
  });

  it('is written where no room was kept', () => {
    unlinkSync(folder.file('end.json'));
    new Journal(folder).end('rolledBack', 'no room');
    expect(endOf(readJournal(folder))?.outcome).toBe('rolledBack');
  });

  it('that was torn is none', () => {
    writeFileSync(folder.file('end.json'), '{"seq":0,"type":"ended","outc');
    expect(endOf(readJournal(folder))).toBeUndefined();
  });

  it('is none any more while a release that needed attention is recovered, and then its new one', () => {
    const first = new Journal(folder);
    first.end('failedNeedsAttention', 'a file')();
    new Journal(folder).step('prepare', 'taken up again');
    expect(endOf(readJournal(folder))).toBeUndefined();
    new Journal(folder).end('rolledBack', 'recovered')();
    const journal = readJournal(folder);
    expect(endOf(journal)?.outcome).toBe('rolledBack');
    expect(journal.filter((event) => event.type === 'ended')).toHaveLength(2);
  });
});
