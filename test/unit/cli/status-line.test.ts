import { describe, expect, it } from 'vitest';
import { StatusLine } from '../../../server/cli/status-line.ts';
import { Paper } from './surroundings.ts';

describe('StatusLine', () => {
  it('writes over one line on a terminal, and cuts it to the width', () => {
    const paper = new Paper(true);
    const line = new StatusLine(paper, 'rewritten');
    line.report({ message: 'x'.repeat(100), fraction: 0.5 });
    expect(paper.text).toBe(`\r\u001b[2K${'x'.repeat(73)}… 50 %`);
    line.say('done');
    expect(paper.text.endsWith('\r\u001b[2Kdone\n')).toBe(true);
  });

  it('writes a line per kind of message elsewhere', () => {
    const paper = new Paper();
    const line = new StatusLine(paper, 'lines');
    for (const number of [1, 2, 3]) line.report({ message: `Sending file ${number} of 3` });
    line.report({ message: 'Watching' });
    line.flash('passes by');
    line.tell('kept');
    line.report({ message: 'kept' });
    expect(paper.text).toBe('Sending file 1 of 3\nWatching\nkept\n');
  });

  it('is silent for scripts, but for what must be said', () => {
    const paper = new Paper();
    const line = new StatusLine(paper, 'silent');
    line.report({ message: 'Listing' });
    line.tell('Switched');
    line.say('said');
    expect(paper.text).toBe('said\n');
  });

  it('obeys no name from a host', () => {
    const paper = new Paper(true);
    new StatusLine(paper, 'rewritten').report({ message: 'a\u001b[2Jb\nc' });
    expect(paper.text).toBe('\r\u001b[2Ka\\e[2Jb\\nc');
  });
});
