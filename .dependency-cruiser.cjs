// The arrows of docs/ARCHITECTURE.md. Each rule names what a part must not know.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(client|server|test)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: { path: '^(client|server)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('core-imports-nothing-of-ours', '^server/core/', '^server/core/'),
    {
      name: 'core-libraries-are-listed',
      severity: 'error',
      from: { path: '^server/core/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'core'],
        pathNot:
          'node_modules/(acorn|ignore|resolve-pkg-maps|semver|@types/semver|shell-quote|@types/shell-quote|cjs-module-lexer)/',
      },
    },
    only('host-knows-the-core', '^server/host/', '^server/(core|host)/'),
    only(
      'remote-knows-the-hosts-words',
      '^server/remote/',
      '^server/(core|remote|config|app/person\\.ts|host/(protocol|frames|spelling)\\.ts)',
    ),
    only('io-gives-facts', '^server/io/', '^server/(core|io|config|remote|host/protocol\\.ts)'),
    only('config-stands-alone', '^server/config/', '^server/(core|config|io)/'),
    only(
      'release-drives-the-host',
      '^server/release/',
      // A probe from outside is the host's own probe, run here.
      '^server/(core|release|remote|io|config|host/protocol\\.ts|host/release/probe\\.ts|app/person\\.ts)',
    ),
    only('app-is-under-both-doors', '^server/app/', '^server/(core|app|io|remote|release|config|host/protocol\\.ts)'),
    only('cli-is-a-door', '^server/cli/', '^server/(core|cli|app|config|io|remote|lsp/server\\.ts)'),
    only('lsp-is-a-door', '^server/lsp/', '^server/(core|lsp|app|config|io|remote|release|protocol\\.ts)'),
    only('protocol-imports-nothing', '^server/protocol\\.ts$', '^$'),
    only('client-draws-and-asks', '^client/', '^(client/|server/protocol\\.ts)'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json', '.d.ts'] },
  },
};
