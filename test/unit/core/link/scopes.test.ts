import { describe, expect, it } from 'vitest';
import { findScopes } from '../../../../server/core/link/scopes.ts';
import type { Scopes } from '../../../../server/core/link/scopes.ts';
import { tokenize } from '../../../../server/core/link/tokenizer.ts';

/** What is asked of the one `HERE` in a text; `require` may stand for it. */
function at<T>(text: string, ask: (scopes: Scopes, at: number, close: number) => T): T {
  const tokens = tokenize(text);
  for (let token = 0; token < tokens.count; token++) {
    const word = text.slice(tokens.start[token], tokens.end[token]);
    if (word === 'HERE' || (word === 'require' && text.startsWith('(HERE', tokens.end[token]))) {
      return ask(findScopes(tokens), token, tokens.partner[token + 1] ?? -1);
    }
  }
  throw new Error('there is no HERE');
}

describe('isTop', () => {
  it.each([
    ['HERE', true],
    ['{ } HERE', true],
    ['{ HERE }', false],
    ['(HERE)', false],
    ['`${HERE}`', false],
  ])('%s', (text, expected) => {
    expect(at(text, (scopes, token) => scopes.isTop(token))).toBe(expected);
  });
});

describe('isReached', () => {
  it.each([
    ['HERE', false],
    ['if (x) { HERE } for (;;) { HERE }', false],
    ['function f() { HERE }', true],
    ['x = () => HERE', true],
    ['x = () => a, HERE', false],
    ['x = () => a\nHERE', false],
    ['x = async () => { HERE }', true],
    ['({ m() { HERE } })', true],
    ['class X { constructor() { HERE } }', true],
    ['class X { static { HERE } }', false],
    ['class X { get a() { HERE } }', true],
    ['(function () { HERE })()', false],
    ['(() => { HERE })()', false],
    ['(() => HERE)()', false],
    ['(function () { HERE }).call(this)', false],
    ['(function () { HERE }())', false],
    ['f(function () { HERE })', true],
    ['f(function () { HERE })()', true],
    ['function f() { HERE } (() => {})()', true],
    ['!function () { HERE }()', false],
    ['x = async function named() { HERE }()', false],
    ['x.if(function () { HERE })', true],
    ['for await (const x of y) { HERE }', false],
    ['switch (x) { case 1: HERE }', false],
    ['function f(a = HERE) {}', true],
    ['const f = (a, { b = HERE }) => b', true],
    ['(function (m) { HERE })\n(x)', false],
    ['const f = () => { HERE }\n(x)', true],
    ['const f = (() => { HERE })\n(x)', false],
    ['class A { a() {} catch(e) { HERE } }', true],
    ['class A extends B({}) { if(e) { HERE } }', true],
    ['x = { a, with(e) { HERE } }', true],
    ['try {} catch (e) { HERE }', false],
    ['class A { static { if (x) { HERE } } }', false],
    ['x(HERE, (a) => a)', false],
  ])('%s', (text, expected) => {
    expect(at(text, (scopes, token) => scopes.isReached(token))).toBe(expected);
  });
});

describe('isCaught', () => {
  it.each([
    ['try { HERE() } catch {}', true],
    ['try { HERE() } catch (error) {}', true],
    ['try { HERE() } finally {}', false],
    ['try { if (x) { HERE() } } catch {}', true],
    ['try { (() => { HERE() })() } catch {}', true],
    ['try { f(() => HERE()) } catch {}', false],
    ['function f() { try { HERE() } catch {} }', true],
    ['try {} catch { HERE() }', false],
    ['x.try; { HERE() }', false],
  ])('a call: %s', (text, expected) => {
    expect(at(text, (scopes, token, close) => scopes.isCaught(token, close, false))).toBe(expected);
  });

  it.each([
    ['HERE().catch(f)', true],
    ['HERE().then(f).catch(g)', true],
    ['HERE().then(f, g)', true],
    ['HERE().then(f)', false],
    ['HERE().finally(f)', false],
    ['try { HERE() } catch {}', false],
    ['try { await HERE() } catch {}', true],
    ['try { await HERE() } finally {}', false],
  ])('a promise: %s', (text, expected) => {
    expect(at(text, (scopes, token, close) => scopes.isCaught(token, close, true))).toBe(expected);
  });
});

describe('isShadowed', () => {
  it.each([
    ['require(HERE)', false],
    ['function f(require) { require(HERE) }', true],
    ['function f(a, { b, require }) { require(HERE) }', true],
    ['function f(require) {} require(HERE)', false],
    ['const require = x; require(HERE)', true],
    ['{ const require = x } require(HERE)', false],
    ['const { require } = x; require(HERE)', true],
    ['import require from "x"; require(HERE)', true],
    ['import { require } from "x"; require(HERE)', true],
    ['let require; require(HERE)', true],
    ['try {} catch (require) { require(HERE) }', true],
    ['for (const require of x) { require(HERE) }', true],
    ['class require {} require(HERE)', true],
    ['(function require() { require(HERE) })', true],
    ['function require() {} require(HERE)', true],
    ['x.require = function require() {}; require(HERE)', false],
    ['x.require = function require() { require(HERE) }', true],
    ['x(class require {}); require(HERE)', false],
    ['a()\nfunction require() {}\nrequire(HERE)', true],
    ['export default function require() {} require(HERE)', true],
    ['const a =\nfunction require() {}; require(HERE)', false],
    ['f(require); require(HERE)', false],
    ['if (typeof require === "function") require(HERE)', false],
    ['const a = 1, require = x; require(HERE)', true],
    ['function f() { if (x) { var require = 1 } require(HERE) }', true],
    ['({ require: 1 }); require(HERE)', false],
    ['x.require = 1; require(HERE)', false],
    ['const require = createRequire(import.meta.url); require(HERE)', false],
    ['const require = module.createRequire(__filename); require(HERE)', false],
    ['const require = createRequire("/x/"); require(HERE)', true],
    ['function f() { require(HERE); var require = x }', true],
  ])('%s', (text, expected) => {
    expect(at(text, (scopes, token) => scopes.isShadowed(token))).toBe(expected);
  });
});

describe('beginsStatement', () => {
  it.each([
    ['a\nHERE', true],
    ['a HERE', false],
    ['a +\nHERE', false],
    ['a++\nHERE', true],
    ['(\nHERE)', false],
    ['f()\nHERE', true],
  ])('%s', (text, expected) => {
    expect(at(text, (scopes, token) => scopes.beginsStatement(token))).toBe(expected);
  });

  it('is not said of an operator that is a word', () => {
    const tokens = tokenize('a\ninstanceof b');
    expect(findScopes(tokens).beginsStatement(1)).toBe(false);
  });
});
