/** Modules of Node itself, by the names that `require` takes without a prefix. Node's documentation, "Modules: node:module", builtinModules. */
const PLAIN = new Set(
  (
    '_http_agent _http_client _http_common _http_incoming _http_outgoing _http_server _stream_duplex _stream_passthrough ' +
    '_stream_readable _stream_transform _stream_wrap _stream_writable _tls_common _tls_wrap assert assert/strict async_hooks buffer ' +
    'child_process cluster console constants crypto dgram diagnostics_channel dns dns/promises domain events fs fs/promises http http2 ' +
    'https inspector inspector/promises module net os path path/posix path/win32 perf_hooks process punycode querystring readline ' +
    'readline/promises repl stream stream/consumers stream/promises stream/web string_decoder sys timers timers/promises tls ' +
    'trace_events tty url util util/types v8 vm wasi worker_threads zlib'
  ).split(' '),
);

/** Those that came after 14.0, and those that only the `node:` prefix reaches, with the versions that brought them. */
const SINCE: Readonly<Record<string, readonly Version[]>> = {
  'assert/strict': [[15, 0]],
  diagnostics_channel: [
    [14, 17],
    [15, 1],
  ],
  'dns/promises': [[15, 0]],
  'inspector/promises': [[19, 0]],
  'path/posix': [[15, 3]],
  'path/win32': [[15, 3]],
  'readline/promises': [[17, 0]],
  'stream/consumers': [[16, 7]],
  'stream/promises': [[15, 0]],
  'stream/web': [[16, 5]],
  'timers/promises': [[15, 0]],
  'util/types': [[15, 3]],
  // Before, it was behind a flag.
  wasi: [
    [18, 17],
    [20, 0],
  ],
};
const PREFIX_ONLY: Readonly<Record<string, readonly Version[]>> = {
  test: [
    [16, 17],
    [18, 0],
  ],
  'test/reporters': [
    [18, 17],
    [19, 9],
  ],
  sea: [
    [20, 12],
    [21, 7],
  ],
  // It came with 22.5 behind a flag.
  sqlite: [
    [22, 13],
    [23, 4],
  ],
};

/** Major and minor version of a Node. */
export type Version = readonly [major: number, minor: number];

export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

/** Whether a version has what each of these versions brought: a back-port counts within its own major. */
export function hasSince(version: Version, brought: readonly Version[]): boolean {
  const [major, minor] = version;
  return brought.some(([sinceMajor, sinceMinor], index) => {
    const isNewest = index === brought.length - 1;
    return major === sinceMajor ? minor >= sinceMinor : isNewest && major > sinceMajor;
  });
}

/** The builtin that a specifier names in that Node, without its prefix; `undefined` where it names none. */
export function builtinOf(specifier: string, version: Version): string | undefined {
  const isPrefixed = specifier.startsWith('node:');
  const name = isPrefixed ? specifier.slice(5) : specifier;
  if (PLAIN.has(name)) return hasSince(version, SINCE[name] ?? [[0, 0]]) ? name : undefined;
  const since = isPrefixed ? PREFIX_ONLY[name] : undefined;
  return since !== undefined && hasSince(version, since) ? name : undefined;
}
