import { builtinModules } from 'node:module';
import { describe, expect, it } from 'vitest';
import { builtinOf, hasSince, parseVersion } from '../../../../server/core/link/builtins.ts';

const here = parseVersion(process.version) ?? [20, 0];

describe('builtinOf', () => {
  it('knows every module of the Node that runs this, with and without the prefix', () => {
    for (const listed of builtinModules) {
      const name = listed.replace(/^node:/, '');
      expect([listed, builtinOf(listed, here)]).toEqual([listed, name]);
      expect([listed, builtinOf(`node:${name}`, here)]).toEqual([listed, name]);
    }
  });

  it.each([
    ['fs', [14, 0], 'fs'],
    ['node:fs', [14, 18], 'fs'],
    ['fs/promises', [14, 0], 'fs/promises'],
    ['stream/web', [16, 4], undefined],
    ['stream/web', [16, 5], 'stream/web'],
    ['diagnostics_channel', [14, 16], undefined],
    ['diagnostics_channel', [14, 17], 'diagnostics_channel'],
    ['diagnostics_channel', [15, 0], undefined],
    ['test', [22, 0], undefined],
    ['node:test', [16, 16], undefined],
    ['node:test', [16, 17], 'test'],
    ['node:test', [17, 9], undefined],
    ['node:sqlite', [20, 19], undefined],
    ['node:sqlite', [22, 12], undefined],
    ['node:sqlite', [22, 13], 'sqlite'],
    ['node:sqlite', [23, 3], undefined],
    ['node:sqlite', [24, 0], 'sqlite'],
    ['sqlite', [24, 0], undefined],
    ['express', [24, 0], undefined],
    ['fs/', [24, 0], undefined],
    ['FS', [24, 0], undefined],
  ] as const)('%s in %s', (specifier, version, expected) => {
    expect(builtinOf(specifier, version)).toBe(expected);
  });
});

describe('hasSince', () => {
  it('counts a back-port within its own major only', () => {
    const brought = [
      [14, 17],
      [15, 1],
    ] as const;
    expect(hasSince([14, 17], brought)).toBe(true);
    expect(hasSince([14, 16], brought)).toBe(false);
    expect(hasSince([15, 0], brought)).toBe(false);
    expect(hasSince([16, 0], brought)).toBe(true);
  });
});

describe('parseVersion', () => {
  it.each([
    ['v20.11.1', [20, 11]],
    ['18.0.0', [18, 0]],
    ['v24.0.0-nightly', [24, 0]],
    ['', undefined],
    ['none', undefined],
  ])('%s', (text, expected) => {
    expect(parseVersion(text)).toEqual(expected);
  });
});
