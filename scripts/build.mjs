// Bundles the extension's client, its language server and worker, the command line and the host program into dist/.
import { build } from 'esbuild';
import { chmod, rm } from 'node:fs/promises';

const production = process.argv.includes('--production');

/** What every bundle shares. @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // jsonc-parser's CommonJS loads its parts by names that no bundler sees; its ESM does not.
  mainFields: ['module', 'main'],
  outdir: 'dist',
  minify: production,
  // A failure is known by its class's name beyond its own thread.
  keepNames: true,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
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

await rm('dist', { recursive: true, force: true });
await Promise.all([
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
  build({ ...common, target: 'node20', entryPoints: { ast: 'server/io/ast.ts' }, minify: true, sourcemap: false }),
  // Production's own Node runs this one: old Nodes, no dependency, as small as it gets.
  build({ ...common, target: 'node14', entryPoints: { host: 'server/host/main.ts' }, minify: true, sourcemap: false }),
]);
await chmod('dist/cli.js', 0o755);
