// Brings a fresh Debian machine with Node 20 to where tests and the demo run. Whatever stands already is left alone.
//
//   node scripts/set-up.mjs              everything that `npm test` needs
//   node scripts/set-up.mjs demo         only what `npm run demo` needs
//   node scripts/set-up.mjs corpora      the applications from npm that links are tried on
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const top = path.resolve(import.meta.dirname, '..');
const cache = path.join(top, '.cache');

/** Pinned: the story is told with these, whatever comes out meanwhile. They are production's, so they are in no package.json of ours. */
const PRODUCTION_TOOLS = { pm2: '5.4.3', express: '4.21.2' };
/** The oldest Node that a host may have, as a package of its own for each machine. */
const OLD_NODE = { [`node-linux-${process.arch}`]: '14.21.3' };
/** What runs TypeScript as it is, by rules of its own; only the tests of links ask them. */
const TYPESCRIPT_RUNNERS = {
  tsx: '4.23.15',
  'ts-node': '10.9.2',
  'node-24': `npm:node-linux-${process.arch}@24.21.0`,
};
const CORPORA = [
  { name: 'ghost', version: '5.130.0' },
  { name: '@directus/api', version: '23.3.2' },
  // TypeScript that is published with its sources.
  { name: 'rxjs', version: '7.8.1' },
  { name: 'immer', version: '10.1.1' },
  { name: '@loopback/rest', version: '14.0.6' },
  { name: '@loopback/repository', version: '7.0.6' },
];
/** What each Debian package is looked for by. */
const DEBIAN = {
  'openssh-server': '/usr/sbin/sshd',
  'openssh-client': '/usr/bin/ssh-keygen',
  git: '/usr/bin/git',
  rsync: '/usr/bin/rsync',
  sudo: '/usr/bin/sudo',
  chromium: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Login shells that a host may have.
  zsh: '/usr/bin/zsh',
  fish: '/usr/bin/fish',
  tcsh: '/usr/bin/tcsh',
  'busybox-static': '/usr/bin/busybox',
};
/** All that the demo takes. */
const DEBIAN_FOR_DEMO = ['openssh-server', 'openssh-client', 'git'];
const QUIET = ['--no-fund', '--no-audit', '--loglevel=error'];

/** @param {'test' | 'demo' | 'corpora'} purpose */
export async function setUp(purpose = 'test') {
  installOurs();
  if (purpose === 'corpora') {
    installCorpora();
    return installProductionTools(TYPESCRIPT_RUNNERS);
  }
  installDebian(purpose === 'test' ? Object.keys(DEBIAN) : DEBIAN_FOR_DEMO);
  installProductionTools(purpose === 'test' ? { ...PRODUCTION_TOOLS, ...OLD_NODE } : PRODUCTION_TOOLS);
  if (purpose === 'demo') return;
  const { installVSCode, workbench } = await import('../test/vscode/install.mjs');
  if (!existsSync(workbench)) say('the real VS Code');
  await installVSCode();
}

/** Our own packages, where what is installed is not what the lockfile says. */
function installOurs() {
  if (isInstalled()) return;
  say('npm packages');
  run('npm', ['ci', ...QUIET]);
}

/** npm writes down what it has installed; packages for other machines are in the lockfile only. */
function isInstalled() {
  const installed = path.join(top, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const there = packagesOf(installed);
  return Object.entries(packagesOf(path.join(top, 'package-lock.json'))).every(
    ([place, wanted]) => place === '' || wanted.optional === true || there[place]?.version === wanted.version,
  );
}

function installDebian(names) {
  const missing = names.filter((name) => !existsSync(DEBIAN[name]));
  if (missing.length === 0) return;
  const list = missing.join(' ');
  const isRoot = process.getuid() === 0;
  if (!existsSync('/usr/bin/apt-get') || (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0)) {
    throw new Error(`Missing on this machine, and not permitted to install: ${list}. Run: apt-get install ${list}`);
  }
  const asRoot = (...words) => (isRoot ? run(words[0], words.slice(1)) : run('sudo', ['-n', ...words]));
  say(`Debian packages: ${list}`);
  withoutStartingServices(asRoot, () => {
    asRoot('apt-get', '-qq', 'update');
    const quietly = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-y'];
    asRoot(...quietly, 'install', '--no-install-recommends', ...missing);
  });
}

/** Debian starts what it installs: an sshd for the whole network is not what tests are for. Policy as in invoke-rc.d(8), then taken away. */
function withoutStartingServices(asRoot, install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  asRoot('sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod 755 ${policy}`);
  try {
    install();
  } finally {
    asRoot('rm', '-f', policy);
  }
}

/** A folder for each, so that production gets express and nothing of PM2's. */
function installProductionTools(tools) {
  for (const [name, version] of Object.entries(tools)) {
    const folder = path.join(cache, 'production-tools', name);
    if (versionIn(folder, name) === version.replace(/.*@/, '')) continue;
    say(`${name} ${version}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    // A peer is what the one that is served brings: of these, nothing of ours.
    run('npm', [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--legacy-peer-deps',
      '--save-exact',
      ...QUIET,
      `${name}@${version}`,
    ]);
  }
}

/** Applications that nobody wrote for this, as npm has them: only their own files, none of their dependencies. */
function installCorpora() {
  for (const { name, version } of CORPORA) {
    const folder = path.join(cache, 'corpus', `${name.replace('@', '').replace('/', '-')}-${version}`);
    if (existsSync(path.join(folder, 'package.json'))) continue;
    say(`${name} ${version}`);
    mkdirSync(path.join(cache, 'corpus'), { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    const packed = run('npm', [
      'pack',
      '--silent',
      '--pack-destination',
      path.join(cache, 'corpus'),
      `${name}@${version}`,
    ]);
    mkdirSync(folder);
    run('tar', [
      'xzf',
      path.join(cache, 'corpus', packed.trim().split('\n').at(-1)),
      '-C',
      folder,
      '--strip-components=1',
    ]);
  }
}

function versionIn(folder, name) {
  const file = path.join(folder, 'node_modules', name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

/** What a program prints is of interest only where it fails. Returns its standard output. */
function run(program, words, environment = {}) {
  const done = spawnSync(program, words, {
    cwd: top,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) {
    throw new Error(
      `${program} ${words.join(' ')} ended with ${done.status ?? done.signal}\n${done.stdout}${done.stderr}`,
    );
  }
  return done.stdout;
}

function say(what) {
  process.stderr.write(`set-up: ${what}\n`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    await setUp(process.argv[2]);
  } catch (error) {
    process.stderr.write(`set-up: ${error.message}\n`);
    process.exitCode = 1;
  }
}
