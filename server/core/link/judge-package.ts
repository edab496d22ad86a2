import { fails } from './link.ts';
import type { Link, Said } from './link.ts';
import { declared, hasNodeModules, installedPackage, isFromRegistry, isOtherThan, isOverridden } from './packages.ts';
import type { Declared, Installed } from './packages.ts';
import type { ProjectView } from './project.ts';

/** What is to be said of a link that names a package, by what production has installed. Silent where its `node_modules` was not read. */
export function sayOfPackage(view: ProjectView, link: Link, name: string): Said | undefined {
  const { after, here } = link;
  const wanted = declared(view.local, link.fromHere, name);
  if (wanted === 'unreadable') return undefined;
  if (after.outcome.kind === 'missing') {
    // Where production has no node_modules at all, its packages lie where we did not look.
    const isLookedFor = hasNodeModules(view.merged, link.fromThere);
    return isLookedFor ? missing(view, link, name, wanted, after.outcome.message) : undefined;
  }
  if (after.outcome.kind !== 'file') return undefined;
  const { globalFolders } = view.project.runtime;
  const installed = installedPackage(view.merged, link.fromThere, name, globalFolders, after.outcome.path);
  if (wanted === undefined) {
    if (here.outcome.kind !== 'missing') return undefined;
    const at = installed?.version === undefined ? '' : `@${installed.version}`;
    return {
      code: 'package-production-only',
      message: `The package ${name}${at} is installed on production, but package.json here does not declare it.`,
      remedy: `Declare it: npm install ${name}${at}`,
    };
  }
  const isOther = installed !== undefined && wanted.ranges.every((range) => isOtherThan(installed, range));
  if (!isOther || isOverridden(view.local, link.fromHere, name)) return undefined;
  return otherVersion(name, installed, wanted);
}

function otherVersion(name: string, installed: Installed, { ranges: [range] }: Declared): Said | undefined {
  if (range === undefined) return undefined;
  const version = installed.version === undefined ? '' : ` ${installed.version}`;
  const what = installed.name === undefined || installed.name === name ? name : `${name}, which is ${installed.name},`;
  return {
    code: 'package-version',
    message: `Production has ${what}${version}, which is not in the range ${range} that package.json declares.`,
    remedy: `Install ${name}@${range} on production, or widen the range.`,
  };
}

function missing(
  view: ProjectView,
  link: Link,
  name: string,
  wanted: Declared | undefined,
  why: string,
): Said | undefined {
  const { globalFolders } = view.project.runtime;
  const installed = installedPackage(view.merged, link.fromThere, name, globalFolders);
  if (installed !== undefined) {
    const at = installed.version === undefined ? '' : `@${installed.version}`;
    return {
      code: 'package-missing',
      message: `"${link.text.specifier}" is not in ${name}${at} as production has it: ${why}${fails(link)}.`,
      remedy: `Install the version that this code needs on production.`,
    };
  }
  return {
    code: 'package-missing',
    message: `The package ${name} is not installed on production${declaredForDevelopment(wanted)}${fails(link)}.`,
    remedy: installing(name, wanted),
  };
}

function declaredForDevelopment(wanted: Declared | undefined): string {
  return wanted?.isForDevelopment === true
    ? ': package.json has it in devDependencies only, which npm ci --omit=dev leaves out'
    : '';
}

function installing(name: string, wanted: Declared | undefined): string {
  const range = wanted?.ranges[0];
  if (wanted === undefined || range === undefined) return `Add ${name} to package.json and install it on production.`;
  if (wanted.isForDevelopment) return `Move ${name} to dependencies in package.json, and install it on production.`;
  return isFromRegistry(range)
    ? `Install it on production: npm install ${name}@${range}`
    : 'Install the dependencies on production.';
}
