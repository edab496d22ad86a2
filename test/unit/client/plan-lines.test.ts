import { describe, expect, it } from 'vitest';
import { readPlan } from '../../../client/plan-lines.ts';

const TEXT = [
  '# Deploy to production',
  '',
  'host     local',
  '',
  '## Nothing stands against it',
  '',
  '## 3 operations',
  '- src/old.js  10 bytes',
  '~ src/two  spaces.js  10 → 25 bytes',
  '+ src/new.js  25 bytes',
  '',
  'What production has beyond this list stays as it is.',
  '',
].join('\n');

describe("a plan's text", () => {
  it('has its headings, each with the last line of its section', () => {
    expect(readPlan(TEXT).headings).toEqual([
      { line: 0, last: 2, title: 'Deploy to production' },
      { line: 4, last: 4, title: 'Nothing stands against it' },
      { line: 6, last: 11, title: '3 operations' },
    ]);
  });

  it('has its files, whatever they are called', () => {
    expect(readPlan(TEXT).operations).toEqual([
      { line: 7, start: 2, path: 'src/old.js' },
      { line: 8, start: 2, path: 'src/two  spaces.js' },
      { line: 9, start: 2, path: 'src/new.js' },
    ]);
  });

  it('may be empty', () => {
    expect(readPlan('')).toEqual({ headings: [], operations: [] });
  });
});
