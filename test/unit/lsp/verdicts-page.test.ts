import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERDICT_TEXTS } from '../../../server/cli/output/verdicts.ts';
import { VERDICTS } from '../../../server/core/link/finding.ts';
import type { Verdict } from '../../../server/core/link/finding.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/verdicts.md'), 'utf8');
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => ({ code: section.slice(0, section.indexOf('\n')), text: section }));

describe('the page on verdicts, which the codes in an editor lead to', () => {
  it('has one heading for each verdict, in their order, and no other', () => {
    expect(sections.map(({ code }) => code)).toEqual(Object.keys(VERDICTS));
  });

  it.each(Object.keys(VERDICTS) as Verdict[])('says of %s what a SARIF file says, with an example', (code) => {
    const text = sections.find((section) => section.code === code)?.text ?? '';
    expect(text).toContain(`\n${VERDICT_TEXTS[code].short}\n`);
    expect(text).toContain(`\n${VERDICT_TEXTS[code].help}\n`);
    expect(text).toMatch(/^```\w+\n[^]+?\n```$/m);
    expect(text).toMatch(
      new RegExp(`^Accept: (\`driftline deploy --accept ${code}:\\S+ --reason |nothing to accept)`, 'm'),
    );
  });
});
