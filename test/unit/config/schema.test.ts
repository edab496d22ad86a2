import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { fillConfig } from '../../../server/config/fill.ts';
import { checkSchema, schema } from '../../../server/config/schema.ts';
import { DEFAULT_EXCLUDES } from '../../../server/core/tree/selection.ts';

/** Every schema of a setting, by its JSON pointer. */
function settings(node: unknown, pointer = '#'): [string, Record<string, unknown>][] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const here = `${pointer}/${key}`;
    if (key === 'default' || key === 'defaultSnippets' || key === 'allOf') return [];
    const own =
      key === 'properties' && typeof value === 'object' && value !== null
        ? Object.entries(value).map(([name, setting]: [string, unknown]): [string, Record<string, unknown>] => [
            `${here}/${name}`,
            typeof setting === 'object' && setting !== null ? { ...setting } : {},
          ])
        : [];
    return [...own, ...settings(value, here)];
  });
}

describe('the published schema', () => {
  it('is a schema', () => {
    const ajv = new Ajv({ strict: false });
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
  });

  it('has hover text and a default for every setting', () => {
    const all = settings(schema);
    expect(all.length).toBeGreaterThan(40);
    const silent = all.filter(([, setting]) => typeof setting['description'] !== 'string' || !('default' in setting));
    expect(silent.map(([pointer]) => pointer)).toEqual([]);
  });

  it('names every default exclude in the text of "exclude"', () => {
    const { description, markdownDescription } = schema.definitions.target.properties.exclude;
    for (const pattern of DEFAULT_EXCLUDES) {
      expect(description).toContain(pattern);
      expect(markdownDescription).toContain(`\`${pattern}\``);
    }
  });

  it('shows the defaults that the loader fills in', () => {
    const checked = checkSchema({
      targets: {
        t: { host: 'h', root: '/r', health: { probes: [{ url: 'http://h/' }] }, guards: [{ name: 'g', command: 'c' }] },
      },
    });
    if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
    const target = fillConfig(checked.value, '/x/driftline.json').targets.get('t');
    const shown = schema.definitions.target.properties;
    expect(target?.keep).toBe(shown.keep.default);
    expect(target?.protected).toBe(shown.protected.default);
    expect(target?.confirm).toBe(shown.confirm.default);
    expect(target?.rules.map).toEqual([{ local: '.', production: shown.map.default['.'] }]);
    expect(target?.health?.withinMs).toBe(seconds(shown.health.properties.within.default));
    expect(target?.health?.stableForMs).toBe(seconds(shown.health.properties.stableFor.default));
    expect(target?.guards[0]?.timeoutMs).toBe(seconds(shown.guards.items.properties.timeout.default));
    expect(target?.guards[0]?.on).toBe(shown.guards.items.properties.on.default);
    const [probe] = target?.health?.probes ?? [];
    const ofProbe = schema.definitions.probe.properties;
    expect(probe).toMatchObject({
      method: ofProbe.method.default,
      expect: { status: ofProbe.expect.properties.status.default },
    });
  });

  it('closes every object that is not a list of names', () => {
    // A choice between settings closes nothing; the object that it stands in does.
    const isChoice = (pointer: string, node: object): boolean =>
      /\/oneOf\/\d+$/.test(pointer) && !('properties' in node);
    const open = objects(schema).filter(
      ([pointer, node]) => node['additionalProperties'] === undefined && !isChoice(pointer, node),
    );
    expect(open.map(([pointer]) => pointer)).toEqual([]);
  });
});

function seconds(text: string): number {
  return Number(text.replace('s', '')) * 1000;
}

function objects(node: unknown, pointer = '#'): [string, Record<string, unknown>][] {
  if (typeof node !== 'object' || node === null) return [];
  const own: Record<string, unknown> = { ...node };
  const here: [string, Record<string, unknown>][] = own['type'] === 'object' ? [[pointer, own]] : [];
  return [...here, ...Object.entries(own).flatMap(([key, value]) => objects(value, `${pointer}/${key}`))];
}
