import { describe, expect, it } from 'vitest';
import { tellingLine } from '../../../server/core/words.ts';

describe('tellingLine', () => {
  it.each([
    [
      "Node's own report",
      "/srv/a.js:2\nthrow new Error('no');\n^\n\nError: no\n    at Object.<anonymous> (/srv/a.js:2:7)\n\nNode.js v20.20.2\n",
      'Error: no',
    ],
    [
      'an error with a code',
      "node:internal/modules/esm/resolve:1\n\nError [ERR_MODULE_NOT_FOUND]: Cannot find package 'x'\n    at f (node:internal:1:1) {\n  code: 'ERR'\n}\n\nNode.js v22.1.0",
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x'",
    ],
    ["Python's", 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: no\n', 'ValueError: no'],
    ['a tool of one line', 'curl: (7) Failed to connect\n', 'curl: (7) Failed to connect'],
    ['a tool that says more', 'checking\nmigration 025 is missing\n\n', 'migration 025 is missing'],
    ['silence', ' \n', ''],
  ])('of %s', (_, output, line) => {
    expect(tellingLine(output)).toBe(line);
  });
});
