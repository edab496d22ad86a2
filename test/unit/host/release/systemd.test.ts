import { expect, it } from 'vitest';
import { parseProperties } from '../../../../server/host/release/systemd.ts';

it('reads a property a line, with equals signs in values and without what is none', () => {
  const shown =
    'LoadState=loaded\nExecStart={ path=/usr/bin/node ; argv[]=node a=b }\nEmpty=\n\n=nothing\nno property\n';
  expect([...parseProperties(shown)]).toEqual([
    ['LoadState', 'loaded'],
    ['ExecStart', '{ path=/usr/bin/node ; argv[]=node a=b }'],
    ['Empty', ''],
  ]);
});
