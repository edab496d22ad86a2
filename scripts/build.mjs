// Bundles the extension's client, its language server and worker, the command line and the host program into dist/, each file replaced
// in one step: what runs from there meanwhile finds the old one or the new one.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const top = path.resolve(import.meta.dirname, '..');
const dist = path.join(top, 'dist');
const fresh = path.join(top, `.build-${process.pid}`);
const production = process.argv.includes('--production');

/** What every bundle shares. @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // jsonc-parser's CommonJS loads its parts by names that no bundler sees; its ESM does not.
  mainFields: ['module', 'main'],
  absWorkingDir: top,
  outdir: fresh,
  minify: production,
  // A bundle that loads another one requires it: `import()` of CommonJS would first scan all of it, for its format and for its names.
  supported: { 'dynamic-import': false },
  // A failure is known by its class's name beyond its own thread.
  keepNames: true,
  sourcemap: production ? false : 'linked',
  define: { MODULE_READER: JSON.stringify(await moduleReader()) },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // ssh2 asks for optional native code inside try blocks and works without it.
  external: ['vscode', '*.node', 'cpu-features'],
  plugins: [
    {
      // ts-morph is large and seldom needed: it stays a bundle of its own, loaded when the first TypeScript or JSX module is met.
      name: 'ast-apart',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/ast\.ts$/ }, (found) =>
          found.kind === 'entry-point' ? undefined : { path: './ast.js', external: true },
        ),
    },
  ],
};

try {
  const bundles = await bundle();
  await writeFile(
    path.join(fresh, 'licenses.txt'),
    await licensesOf(bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs))),
  );
  await chmod(path.join(fresh, 'cli.js'), 0o755);
  await mkdir(dist, { recursive: true });
  const built = await readdir(fresh);
  for (const name of built) await rename(path.join(fresh, name), path.join(dist, name));
  for (const name of await readdir(dist))
    if (!built.includes(name)) await rm(path.join(dist, name), { recursive: true });
} catch (error) {
  // esbuild has shown each mistake at its place.
  if (!Array.isArray(error.errors)) throw error;
  process.stderr.write(
    'build: the code could not be bundled, as told above. dist/ is as it was; mend that and build again.\n',
  );
  process.exitCode = 1;
} finally {
  await rm(fresh, { recursive: true, force: true });
}

/** The licences of all libraries that are bundled, which most of them want to travel with their code. @param {string[]} inputs */
async function licensesOf(inputs) {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  // A copy of it lies in ts-morph.
  folders.add('node_modules/typescript');
  const texts = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(path.join(top, folder, 'package.json'), 'utf8'));
    const file = (await readdir(path.join(top, folder))).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? `Licence: ${license}` : await readFile(path.join(top, folder, file), 'utf8');
    texts.push(`${name} ${version}\n\n${text.trim()}\n`);
  }
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** The name of the code that reads modules: what was read by another one is not believed (`server/io/module-memory.ts`). */
async function moduleReader() {
  const hash = createHash('sha256');
  for (const folder of ['server/core/link', 'server/io']) {
    for (const name of (await readdir(path.join(top, folder))).sort()) {
      if (name.endsWith('.ts')) hash.update(await readFile(path.join(top, folder, name)));
    }
  }
  // Its libraries.
  hash.update(await readFile(path.join(top, 'package-lock.json')));
  return hash.digest('hex').slice(0, 16);
}

async function bundle() {
  // All of them end before their folder is removed.
  const done = await Promise.allSettled([
    build({ ...common, target: 'node20', entryPoints: { client: 'client/extension.ts' } }),
    build({
      ...common,
      target: 'node20',
      entryPoints: { server: 'server/lsp/main.ts', worker: 'server/lsp/worker.ts' },
    }),
    build({
      ...common,
      target: 'node20',
      entryPoints: { cli: 'server/cli/main.ts' },
      banner: { js: '#!/usr/bin/env node' },
    }),
    build({ ...common, target: 'node20', entryPoints: { reader: 'server/io/reader-thread.ts' } }),
    build({ ...common, target: 'node20', entryPoints: { ast: 'server/io/ast.ts' }, minify: true, sourcemap: false }),
    // Production's own Node runs this one: old Nodes, no dependency, as small as it gets.
    build({
      ...common,
      target: 'node14',
      entryPoints: { host: 'server/host/main.ts' },
      minify: true,
      sourcemap: false,
    }),
  ]);
  const failed = done.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return done.map(({ value }) => value);
}
