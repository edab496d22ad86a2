import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../server/core/link/finding.ts';
import type { GuardFinding } from '../../../../server/core/plan/plan.ts';
import { isForeseen, lackedCalmly, missingModule } from '../../../../server/host/release/missing.ts';

const never = (): boolean => false;

describe('a line that says that a module is missing', () => {
  it.each([
    ["Error: Cannot find module './services/freeswitch'", './services/freeswitch'],
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from /srv/app.js", 'x'],
    ['{"err":{"message":"Cannot find module \'./x\'","stack":"Error: …"}}', './x'],
  ])('is found: %s', (line, name) => {
    const asked: string[] = [];
    expect(missingModule(['quiet', line], (module) => asked.push(module) === 0)).toBe(line);
    expect(asked).toEqual([name]);
  });

  it('counts without a name only where no other has one', () => {
    const code = "  code: 'ERR_MODULE_NOT_FOUND'";
    expect(missingModule([code], never)).toBe(code);
    expect(missingModule(["no images: Cannot find module 'sharp'", code], (name) => name === 'sharp')).toBeUndefined();
  });

  it('is one after the other where several are missing', () => {
    const lines = ["no images: Cannot find module 'sharp'", "Error: Cannot find module './db'"];
    expect(missingModule(lines, (name) => name === 'sharp')).toBe(lines[1]);
  });
});

describe('what an app says to lack', () => {
  it.each([
    ["images are off: Cannot find module 'sharp'", 'sharp'],
    ["[warn] optional Error: Cannot find module 'sharp'", 'sharp'],
    ["Error: Cannot find module 'sharp'", undefined],
    ["2026-11-25T18:46:05: Error: Cannot find module 'sharp'", undefined],
    ['{"msg":"failed","stack":"Error: Cannot find module \'sharp\'"}', undefined],
    ['all is well', undefined],
  ])('is calm only in its own words: %s', (line, name) => {
    expect(lackedCalmly(line)).toBe(name);
  });
});

describe('a module that may be missing by the plan', () => {
  const guard = (specifier: string, more: Partial<GuardFinding> = {}): GuardFinding => ({
    guard: 'package-missing',
    severity: 'information',
    message: '',
    remedy: '',
    blocks: false,
    link: { specifier } as unknown as Finding,
    ...more,
  });

  it.each([
    ['sharp', 'sharp'],
    ['sharp/lib/fast', 'sharp'],
    ['@img/sharp/fast', '@img/sharp'],
    ['./optional/images.js', '/srv/app/optional/images.js'],
    ['../optional/images', '../optional/images'],
  ])('is known as Node names it: %s', (specifier, name) => {
    expect(isForeseen([guard(specifier)], name)).toBe(true);
  });

  it('is no other one, and none that only warns', () => {
    expect(isForeseen([guard('sharp')], 'sharp-phash')).toBe(false);
    expect(isForeseen([guard('./b.js')], '/srv/ab.js')).toBe(false);
    expect(isForeseen([guard('sharp', { severity: 'warning' })], 'sharp')).toBe(false);
    expect(isForeseen([], 'sharp')).toBe(false);
  });
});
