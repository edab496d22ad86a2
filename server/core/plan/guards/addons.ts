import { packageAt } from '../../link/packages.ts';
import { dirname } from '../../tree/path.ts';
import type { UnfitAddon } from '../host-report.ts';
import type { Concern } from './concern.ts';

/** Native addons that the next start could not load. Whether it loads them is not known: some packages do without. */
export function addonConcerns(unfit: readonly UnfitAddon[]): Concern[] {
  return unfit.map(({ file, why }) => {
    const name = packageAt(file) ?? file;
    const application = dirname(file.slice(0, file.indexOf('/node_modules/') + '/node_modules'.length));
    return {
      guard: 'native-addon',
      severity: 'warning',
      message: `The package ${name} has an addon on production that the app's next start cannot load: ${why} (${file}).`,
      remedy: `Build it again there: npm rebuild ${name}, in ${application}.`,
      blocking: 'never',
    };
  });
}
