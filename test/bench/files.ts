import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Folders of fifty files each, a few kilobytes a file, the same every time. */
export function writeManyFiles(folder: string, count: number, mark: string): string[] {
  const names: string[] = [];
  for (let index = 0; index < count; index++) {
    const name = `part-${Math.floor(index / 50)}/file-${index}.txt`;
    if (index % 50 === 0) mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), `${mark} ${index}\n`.repeat(50 + (index % 100)));
    names.push(name);
  }
  return names;
}

/** A CommonJS application in which each module imports three that come after it, and a built-in one. */
export function writeModules(folder: string, count: number): void {
  const name = (index: number): string => `layer-${Math.floor(index / 25)}/module-${index}`;
  for (let index = 0; index < count; index++) {
    const file = path.join(folder, `${name(index)}.js`);
    const next = [index + 1, index * 2 + 1, index * 3 + 2].filter((other) => other < count);
    const imports = [...new Set(next)].map((other) => `const m${other} = require('../${name(other)}');`);
    const body = Array.from(
      { length: 40 },
      (_, line) => `exports.f${line} = (x) => { /* ${index} */ return x + ${line}; };`,
    );
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, ["const path = require('node:path');", ...imports, ...body, ''].join('\n'));
  }
}
