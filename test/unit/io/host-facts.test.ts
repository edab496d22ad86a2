import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Need } from '../../../server/core/tree/tree.ts';
import { HostSource } from '../../../server/io/host-facts.ts';
import { ModuleStore } from '../../../server/io/modules.ts';
import { FakeHost } from '../../support/fake-host.ts';

const signal = new AbortController().signal;
const TEXT = Buffer.from("require('./db');\n");
const HASH = createHash('sha256').update(TEXT).digest('hex');

function module(path: string): Need {
  return { ask: 'module', path };
}

describe('HostSource', () => {
  it('asks for modules and for the rest in one request each', async () => {
    const host = new FakeHost({
      facts: () => ({
        parts: [
          { part: { facts: [{ ask: 'list', path: '/srv', answer: { state: 'known', value: [['a', 'file']] } }] } },
        ],
      }),
      read: () => ({ parts: [{ part: { path: 'a.js', mode: 0o644 }, body: TEXT }] }),
    });
    const source = new HostSource(host, '/srv', () => undefined, new ModuleStore());
    const facts = await source.answer([{ ask: 'list', path: '/srv' }, module('/srv/a.js')], signal);
    expect(host.asked.map(({ verb }) => verb).sort()).toEqual(['facts', 'read']);
    expect(facts[0]?.answer).toEqual({ state: 'known', value: new Map([['a', 'file']]) });
    expect(facts[1]).toMatchObject({ ask: 'module', path: '/srv/a.js', answer: { state: 'known' } });
  });

  it('does not fetch a module again whose content it has read', async () => {
    const host = new FakeHost({ read: () => ({ parts: [{ part: { path: 'a.js', mode: 0o644 }, body: TEXT }] }) });
    const source = new HostSource(host, '/srv', () => HASH, new ModuleStore());
    const [first] = await source.answer([module('/srv/a.js')], signal);
    const [second] = await source.answer([module('/srv/a.js')], signal);
    expect(second).toEqual(first);
    expect(host.asked).toHaveLength(1);
  });

  it('has an answer for each module, also where the host has none', async () => {
    const host = new FakeHost({
      read: () => ({
        parts: [
          { part: { path: 'a.js', problem: 'permission denied' } },
          { part: { path: 'x.js', mode: 0 }, body: TEXT },
        ],
      }),
    });
    const source = new HostSource(host, '/srv', () => undefined, new ModuleStore());
    const facts = await source.answer([module('/srv/a.js'), module('/srv/b.js'), module('/etc/c.js')], signal);
    expect(facts.map(({ answer }) => answer)).toEqual([
      { state: 'unreadable', reason: 'permission denied' },
      { state: 'unreadable', reason: 'the host did not send it' },
      { state: 'unreadable', reason: 'outside the root' },
    ]);
  });
});
