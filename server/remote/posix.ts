import { quote } from './quote.ts';

/**
 * What is asked of a host without Node: shell scripts for its `sh`, given over standard input, made and tested as text, and the reading of
 * what they print. Only tools that GNU, BusyBox and the BSDs have, with the options that they share; `stat` and the hash programs are
 * found by trying. Everything printed is a list of fields, each ended by NUL, since no name can hold one; the last field is `END`.
 */
export const POSIX_SHELL = 'exec /bin/sh -s';
export const END = 'driftline-end';

/** Printed first, so that whatever a login shell prints before it is skipped. */
const START = 'driftline-start';

const PRELUDE = `LC_ALL=C; export LC_ALL
printf '%s\\0' ${START}
emit() { printf '%s\\0' "$@"; }
`;

const EXIT = `emit ${END}; exit 0`;

/** Which of its two forms `stat` has here, for this script and for those that `find` starts. */
const STAT = `if stat -c %n / >/dev/null 2>&1; then GNU=1; else GNU=; fi; export GNU
`;

/** One line a file: mode (hexadecimal after `x`, octal after `o`), size, seconds of mtime, owner, group, and the path as the rest. */
const STAT_LINES =
  'if [ "$GNU" ]; then stat -c "x%f %s %Y %u %g %n" -- "$@" 2>/dev/null; else stat -f "o%p %z %m %u %g %N" -- "$@" 2>/dev/null; fi';
const LINKS =
  'for f do if [ -e "$f" ]; then r=$(readlink -f "$f"); else r=; fi; printf "L\\0%s\\0%s\\0%s\\0" "$f" "$(readlink "$f")" "$r"; done';
const CLOSED_FOLDERS = 'for d do if [ -r "$d" ] && [ -x "$d" ]; then :; else printf "U\\0%s\\0" "$d"; fi; done';
const BROKEN_NAMES = 'for f do printf "N\\0%s\\0" "$f"; done';

const HASHES = `if command -v sha256sum >/dev/null 2>&1; then sha256() { sha256sum; }; sha1() { sha1sum; }
elif command -v shasum >/dev/null 2>&1; then sha256() { shasum -a 256; }; sha1() { shasum -a 1; }
else sha256() { openssl dgst -sha256 -r; }; sha1() { openssl dgst -sha1 -r; }; fi
`;

/** Who is there: operating system, host name, user, user id, home, clock in seconds. */
export function helloScript(): string {
  return `${PRELUDE}emit "$(uname -s)" "$(hostname 2>/dev/null || uname -n)" "$(id -un 2>/dev/null)" "$(id -u)" "$HOME" "$(date +%s)"
${EXIT}
`;
}

/**
 * Everything under a root, without entering the folders named. Fields: the root's state (`ok`, `absent`, `notFolder`, `unreadable`), its
 * real path, its identity, the clock in seconds, the `stat` lines; then groups, each begun by its kind: `L`, a symlink's path, its text,
 * where it leads (empty where nowhere); `U`, a folder that cannot be read; `N`, a path with a line break.
 */
export function listScript(root: string, leftOut: readonly string[]): string {
  const named = `-type d \\( ${leftOut.map((name) => `-name ${quote(name)}`).join(' -o ')} \\)`;
  const each = (script: string): string => `-exec sh -c ${quote(script)} sh {} +`;
  return `${PRELUDE}${STAT}R=${quote(root)}
only() { emit "$1"; ${EXIT}; }
[ -e "$R" ] || only absent
[ -d "$R" ] || only notFolder
cd -- "$R" 2>/dev/null && [ -r . ] || only unreadable
if [ "$GNU" ]; then I=$(stat -c %d:%i .); else I=$(stat -f %d:%i .); fi
emit ok "$(pwd -P)" "$I" "$(date +%s)"
B='
'
{
find . ${named} -prune ${each(STAT_LINES)} -o ! -path . ! -path "*$B*" ${each(STAT_LINES)}
emit ''
find . ${named} -prune -o -type l ! -path "*$B*" ${each(LINKS)}
find . ${named} -prune -o -type d ! -path "*$B*" ${each(CLOSED_FOLDERS)}
find . ${named} -prune -o -path "*$B*" -prune ${each(BROKEN_NAMES)}
} 2>/dev/null
${EXIT}
`;
}

/**
 * Both ids of files below a root. A file is hashed before and after its blob id, so that one that changes meanwhile is seen. Fields, four
 * a file: its path, SHA-256, blob id, and why there is none.
 */
export function hashScript(root: string, paths: readonly string[]): string {
  return `${PRELUDE}${HASHES}cd -- ${quote(root)} || exit 1
word() { printf '%s' "\${1%% *}"; }
h() {
  if [ -f "$1" ] && [ ! -h "$1" ]; then :; else emit "$1" '' '' 'it vanished while it was read'; return; fi
  if [ -r "$1" ]; then :; else emit "$1" '' '' 'permission denied'; return; fi
  A=$(word "$(sha256 <"$1")"); N=$(wc -c <"$1"); G=$(word "$({ printf 'blob %d\\0' "$N"; cat <"$1"; } | sha1)"); Z=$(word "$(sha256 <"$1")")
  if [ "$A" = "$Z" ]; then emit "$1" "$A" "$G" ''; else emit "$1" '' '' 'it kept changing while it was read'; fi
}
${paths.map((path) => `h ${quote(`./${path}`)}\n`).join('')}${EXIT}
`;
}

/** One file's bytes in hexadecimal digits. Fields: a problem or nothing, the octal mode, the size, the digits with spaces and line breaks. */
export function readScript(root: string, path: string, maxBytes: number): string {
  return `${PRELUDE}${STAT}cd -- ${quote(root)} || exit 1
R=$(pwd -P); F=${quote(`./${path}`)}
say() { emit "$1" '' '' ''; ${EXIT}; }
[ -e "$F" ] || say 'it vanished while it was read'
[ -f "$F" ] || say 'it is not a regular file'
[ -r "$F" ] || say 'permission denied'
P=$(readlink -f "$F"); case "$P" in "\${R%/}"/*) ;; *) say 'it leads out of the root' ;; esac
S=$(wc -c <"$F"); [ "$S" -le ${maxBytes} ] || say 'it is larger than ${maxBytes} bytes'
if [ "$GNU" ]; then M=$(stat -L -c %a "$F"); else M=$(stat -L -f %Lp "$F"); fi
emit '' "$M" "$S"; od -An -v -tx1 <"$F"; printf '\\0'
${EXIT}
`;
}

/** Answers about absolute paths. Fields: per need its state (`known`, `absent`, `unreadable`), a count, and as many values. */
export function factsScript(
  needs: readonly { readonly ask: string; readonly path: string }[],
  maxBytes: number,
): string {
  return `${PRELUDE}${HASHES}word() { printf '%s' "\${1%% *}"; }
gone() {
  if [ -e "$1" ] || [ -h "$1" ]; then return 1; fi
  D=$1; while [ ! -e "$D" ]; do D=\${D%/*}; [ "$D" ] || D=/; done
  if [ -d "$D" ] && [ ! -x "$D" ]; then emit unreadable 1 'permission denied'; else emit absent 0; fi
}
kind() { if [ -h "$1" ]; then K=symlink; elif [ -f "$1" ]; then K=file; elif [ -d "$1" ]; then K=folder; else K=other; fi; }
entry() { gone "$1" && return; kind "$1"; if [ $K = symlink ]; then emit known 2 $K "$(readlink "$1")"; else emit known 1 $K; fi; }
list() {
  gone "$1" && return
  if [ ! -d "$1" ]; then emit absent 0; return; fi
  if [ -r "$1" ] && [ -x "$1" ]; then :; else emit unreadable 1 'permission denied'; return; fi
  C=0; for F in "\${1%/}"/* "\${1%/}"/.*; do case "\${F##*/}" in .|..) ;; *) if [ -e "$F" ] || [ -h "$F" ]; then C=$((C+2)); fi ;; esac; done
  emit known $C
  for F in "\${1%/}"/* "\${1%/}"/.*; do case "\${F##*/}" in .|..) ;; *) if [ -e "$F" ] || [ -h "$F" ]; then kind "$F"; emit "\${F##*/}" $K; fi ;; esac; done
}
file() {
  gone "$1" && return 1
  if [ ! -f "$1" ]; then emit unreadable 1 'it is not a regular file'; return 1; fi
  if [ ! -r "$1" ]; then emit unreadable 1 'permission denied'; return 1; fi
}
text() { file "$1" || return; if [ "$(wc -c <"$1")" -gt ${maxBytes} ]; then emit unreadable 1 'it is larger than ${maxBytes} bytes'; else emit known 1 "$(od -An -v -tx1 <"$1")"; fi; }
identity() { file "$1" || return; N=$(wc -c <"$1"); emit known 2 "$(word "$(sha256 <"$1")")" "$(word "$({ printf 'blob %d\\0' "$N"; cat <"$1"; } | sha1)")"; }
${needs.map((need) => `${need.ask} ${quote(need.path)}\n`).join('')}${EXIT}
`;
}

/** The fields that a script printed; `undefined` where it did not come to its end. */
export function fieldsOf(output: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let from = output.indexOf(`${START}\0`);
  if (from < 0) return undefined;
  from += START.length + 1;
  for (let at = output.indexOf(0, from); at >= 0; at = output.indexOf(0, from)) {
    fields.push(output.subarray(from, at));
    from = at + 1;
  }
  return fields.pop()?.toString('latin1') === END ? fields : undefined;
}

/** `od`'s digits as the bytes they stand for; what is no digit is passed over. */
export function bytesOf(digits: Buffer): Buffer {
  const bytes = Buffer.alloc(digits.length >> 1);
  let nibbles = 0;
  for (const digit of digits) {
    const value = digit >= 0x30 && digit <= 0x39 ? digit - 0x30 : digit >= 0x61 && digit <= 0x66 ? digit - 0x57 : -1;
    if (value < 0) continue;
    const at = nibbles >> 1;
    bytes[at] = ((bytes[at] ?? 0) << 4) | value;
    nibbles++;
  }
  return bytes.subarray(0, nibbles >> 1);
}
