import { fails } from './link.ts';
import type { Link, Said } from './link.ts';
import { declaredRange, hasNodeModules, installedVersion, isOutside } from './packages.ts';
import type { ProjectView } from './project.ts';

/** What is to be said of a link that names a package, by what production has installed. Silent where its `node_modules` was not read. */
export function sayOfPackage(view: ProjectView, link: Link, name: string): Said | undefined {
  const { after, here } = link;
  // Where production has no node_modules at all, its packages lie where we did not look.
  if (!hasNodeModules(view.merged, link.fromThere)) return undefined;
  const range = declaredRange(view.local, link.fromHere, name);
  if (after.outcome.kind === 'missing') return missing(view, link, name, range, after.outcome.message);
  const version = installedVersion(view.merged, link.fromThere, name);
  if (range === undefined) {
    if (here.outcome.kind !== 'missing') return undefined;
    const at = version === undefined ? '' : `@${version}`;
    return {
      code: 'package-production-only',
      message: `The package ${name}${at} is installed on production, but package.json here does not declare it.`,
      remedy: `Declare it: npm install ${name}${at}`,
    };
  }
  if (version === undefined || !isOutside(version, range)) return undefined;
  return {
    code: 'package-version',
    message: `Production has ${name} ${version}, which is not in the range ${range} that package.json declares.`,
    remedy: `Install ${name}@${range} on production, or widen the range.`,
  };
}

function missing(view: ProjectView, link: Link, name: string, range: string | undefined, why: string): Said {
  const installed = installedVersion(view.merged, link.fromThere, name);
  if (installed !== undefined) {
    return {
      code: 'package-missing',
      message: `"${link.text.specifier}" is not in ${name}@${installed} as production has it: ${why}${fails(link)}.`,
      remedy: `Install the version that this code needs on production.`,
    };
  }
  return {
    code: 'package-missing',
    message: `The package ${name} is not installed on production${fails(link)}.`,
    remedy:
      range === undefined
        ? `Add ${name} to package.json and install it on production.`
        : `Install it on production: npm install ${name}@${range}`,
  };
}
