/** One package at its place, as a lockfile of npm has it. */
export interface LockedPackage {
  readonly version: string;
  /** Only what is developed with needs it: `npm ci --omit=dev` leaves it out. */
  readonly isForDevelopment: boolean;
  /** Every installation for production has it: it is not optional, nor wanted only as somebody's peer. */
  readonly isAlwaysInstalled: boolean;
  /** It runs something when it is installed, as what compiles an addon does. */
  readonly isBuilt: boolean;
}

/** By place: `node_modules/a`, `node_modules/a/node_modules/b`. */
export type Lockfile = ReadonlyMap<string, LockedPackage>;

/**
 * What a `package-lock.json`, an `npm-shrinkwrap.json` or the record that npm leaves in `node_modules` says of the packages below
 * `node_modules` (npm, "package-lock.json": `packages`, since lockfileVersion 2). Links, what another package brings in its own archive, and
 * what a workspace has to itself are left out.
 *
 * @returns why it cannot be read, as a clause, where it cannot
 */
export function parseLockfile(text: string): Lockfile | string {
  let all: unknown;
  try {
    all = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  const packages = field(all, 'packages');
  if (typeof packages !== 'object' || packages === null) return 'it has no "packages", as lockfiles before npm 7';
  const lockfile = new Map<string, LockedPackage>();
  for (const [place, entry] of Object.entries(packages)) {
    const version = field(entry, 'version');
    const isLeftOut = ['link', 'inBundle', 'extraneous'].some((flag) => field(entry, flag) === true);
    if (!place.startsWith('node_modules/') || typeof version !== 'string' || isLeftOut) continue;
    lockfile.set(place, {
      version,
      isForDevelopment: field(entry, 'dev') === true,
      isBuilt: field(entry, 'hasInstallScript') === true,
      isAlwaysInstalled: ['dev', 'devOptional', 'optional', 'peer'].every((flag) => field(entry, flag) !== true),
    });
  }
  return lockfile;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
