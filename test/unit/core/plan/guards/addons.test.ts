import { expect, it } from 'vitest';
import { addonConcerns } from '../../../../../server/core/plan/guards/addons.ts';

it('names the package of an addon, and where it can be built again', () => {
  const file = '/srv/app/node_modules/a/node_modules/@s/b/build/Release/b.node';
  expect(addonConcerns([{ file, why: 'it was built for another processor than x64' }])).toEqual([
    {
      guard: 'native-addon',
      severity: 'warning',
      message: `The package @s/b has an addon on production that the app's next start cannot load: it was built for another processor than x64 (${file}).`,
      remedy: 'Build it again there: npm rebuild @s/b, in /srv/app.',
      blocking: 'never',
    },
  ]);
});
