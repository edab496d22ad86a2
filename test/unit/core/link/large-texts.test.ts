import { describe, expect, it } from 'vitest';
import { extractModule } from '../../../../server/core/link/extract.ts';

const LENGTH = 400_000;

/** Texts that grow by one part, each of which once made every part look at all the others: minutes for what takes a moment. */
describe('a large text of one part again and again is read to its end', () => {
  it.each([
    ['a=>', 0],
    ["()=>require('a');", 1],
    ['require,', 0],
    ['import a\n', 0],
    ['export * \n', 0],
    ['export {a};{}', 0],
    ['export const a=', 0],
    ['export {a} from ', 0],
    ['{let require;require("a")}', 0],
    ['{require,', 0],
    ['var require,', 0],
    ['var a=1,require=2,', 0],
    ['class require ', 0],
    ['[require,[', 0],
    ['for(let require of a)', 0],
    [' as require,', 0],
    ['* as require,', 0],
    ["try{require('a')}catch{}", 1],
    ["(a=require('a'),b=(", 1],
    ['(', 0],
    ['`${', 0],
  ] as const)('%j', (part, linksInEach) => {
    const parts = Math.ceil(LENGTH / part.length);
    const { links } = extractModule(part.repeat(parts));
    expect(links).toHaveLength(parts * linksInEach);
  });
});
