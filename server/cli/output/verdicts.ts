import type { Verdict } from '../../core/link/finding.ts';

/** What each verdict means and how it is mended, for the rules of a SARIF file and for whoever asks about a code. */
export const VERDICT_TEXTS: Readonly<Record<Verdict, { readonly short: string; readonly help: string }>> = {
  'syntax-error': {
    short: 'The file is no JavaScript that Node could run.',
    help: 'Node would refuse it before it runs anything. Mend it; or exclude it where only a bundler reads it.',
  },
  'case-mismatch': {
    short: 'The import is spelled in another case than the file.',
    help: 'No file has exactly this spelling; one differs in case only. It works on systems that fold case and fails on Linux. Correct the spelling in the import.',
  },
  'production-only-import': {
    short: 'The imported file is only on production.',
    help: 'Production has this file, the repository does not. A deploy that replaces folders, or a fresh server, would break on it. Bring it here: driftline pull --missing.',
  },
  'not-deployed-import': {
    short: 'The imported file is here but will not be on production.',
    help: 'The file lies outside "map", is excluded, or a package.json that decides how it is found is not deployed. Add it to "map" or take the exclusion back.',
  },
  'shadowed-on-production': {
    short: 'Production would load another file than the one here.',
    help: 'Production keeps a file that is gone here and that wins by the rules of resolution (db.js before db/index.js). Tick its deletion: driftline deploy --delete PATH.',
  },
  'unresolved-import': {
    short: 'The import resolves nowhere.',
    help: 'Neither the workspace nor production has it. Correct the specifier or add the file.',
  },
  'module-system': {
    short: "Production's Node would load the module as another kind than it is.",
    help: 'A Node before 20.19 or 22.12 throws ERR_REQUIRE_ESM on requiring an ES module. And a package.json whose "type" is another one there makes ES modules of CommonJS files, or the other way round. Load it by import(), take a version of it that is CommonJS, run a newer Node there, or deploy the package.json too.',
  },
  'missing-export': {
    short: 'The imported name is not exported.',
    help: 'The module is there, the name is not among its exports: an ES module fails when it is linked. Export the name or import another one.',
  },
  'breaks-production': {
    short: 'A file on production imports what this version removes.',
    help: 'The new version no longer has what a file on production imports. Keep it, or deploy or delete that file with it.',
  },
  'package-missing': {
    short: 'The package will not be on production.',
    help: "Production's node_modules does not have it. Install it there before the deploy.",
  },
  'package-production-only': {
    short: 'The package is on production but not declared here.',
    help: 'A fresh installation would lack it. Add it to the dependencies in package.json.',
  },
  'package-version': {
    short: "Production's version of the package does not fit.",
    help: 'The installed version does not satisfy the range in package.json. Install the dependencies on production, or correct the range.',
  },
  'hotfix-overwritten': {
    short: 'A deploy would overwrite a hotfix on production.',
    help: "Production's version of this file is in no commit. Look at it and take it over (driftline pull PATH), or accept its loss by name.",
  },
};
