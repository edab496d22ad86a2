import { describe, expect, it } from 'vitest';
import { packFiles, unpackFiles } from '../../../server/lsp/packed-files.ts';

describe('files as one text', () => {
  it('are the same files again, whatever their names', () => {
    const files = [
      { local: 'api/a b.js', path: 'a b.js', there: { sha256: 'ab', blob: 'cd' } },
      { local: 'line\nbreak', path: 'tab\t' },
    ];
    expect(unpackFiles(packFiles(files))).toEqual(files);
  });

  it('are none where there are none', () => {
    expect(unpackFiles(packFiles([]))).toEqual([]);
  });
});
