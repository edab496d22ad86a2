// Loaded into every process of the host program by NODE_OPTIONS, in tests only: a fake at the edge, around Node's own `fs`. It watches what
// the program writes to its journal and what it renames, and at one point of one process it makes one fault happen, once.
'use strict';

const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

/**
 * @typedef {object} Fault
 * @property {string} folder where this fault keeps its own marks
 * @property {string} point `step:<name>`, `switched`, `probe`, `rename:<n>`, `clearing`, `ended`
 * @property {number} nth which of the times that this point is reached
 * @property {string} kind
 * @property {string} small the mount that is to be filled
 * @property {string} edited the file that somebody edits
 * @property {string} pm2Home
 */

/** @type {Fault | undefined} */
const fault = process.env.DRIFTLINE_FAULT === undefined ? undefined : JSON.parse(process.env.DRIFTLINE_FAULT);
// `-e <loader> -- <nonce>`, or `<program> release|carry-out <folder>`.
const role = { release: 'guardian', 'carry-out': 'carrier' }[process.argv[2]] ?? 'session';

if (fault !== undefined) {
  if (role === 'session' && process.argv.length === 2)
    fs.writeFileSync(path.join(fault.folder, 'session.pid'), String(process.pid));
  watch(fault);
}

/** @param {Fault} fault */
function watch(fault) {
  const { appendFileSync, renameSync, linkSync, rmSync } = fs;
  let renames = 0;
  let reached = 0;
  let switching = false;
  const at = (point) => {
    if (point !== fault.point || ++reached < fault.nth) return;
    try {
      fs.closeSync(fs.openSync(path.join(fault.folder, 'fired'), 'wx'));
    } catch {
      return; // Once, in whichever process came there first.
    }
    happen(fault);
  };
  fs.appendFileSync = (file, data, ...rest) => {
    appendFileSync(file, data, ...rest);
    if (!String(file).endsWith('/journal.jsonl')) return;
    const event = JSON.parse(data);
    if (event.type === 'step') switching = event.step === 'switch';
    if (event.type === 'switched') switching = false;
    at(event.type === 'step' ? `step:${event.step}` : event.type);
  };
  const renaming = (call) => (from, to) => {
    if (switching && !String(to).endsWith('/record.json')) at(`rename:${++renames}`);
    return call(from, to);
  };
  fs.renameSync = renaming(renameSync);
  fs.linkSync = renaming(linkSync);
  fs.rmSync = (file, options) => {
    if (String(file).endsWith('/new')) at('clearing');
    return rmSync(file, options);
  };
}

/** @param {Fault} fault */
function happen(fault) {
  switch (fault.kind) {
    case 'kill-runner':
      return end(process.pid, 'SIGKILL');
    case 'kill-guardian':
      return role === 'carrier' ? end(process.ppid, 'SIGKILL') : undefined;
    case 'kill-both':
      if (role === 'carrier') end(process.ppid, 'SIGKILL');
      return end(process.pid, 'SIGKILL');
    case 'kill-client':
      return end(session(fault), 'SIGKILL');
    case 'stall-client':
      return end(session(fault), 'SIGSTOP');
    case 'kill-pm2':
      return end(Number(fs.readFileSync(path.join(fault.pm2Home, 'pm2.pid'), 'utf8')), 'SIGKILL');
    case 'disk-full':
      return fill(fault.small);
    case 'inodes-gone':
      return takeInodes(fault.small);
    case 'read-only':
      spawnSync('mount', ['-o', 'remount,ro', fault.small]);
      return undefined;
    case 'edited':
      fs.writeFileSync(fault.edited, 'by hand, in the middle of a release\n');
      return undefined;
    case 'clock-back':
      return jump(-24 * 3600_000);
    case 'clock-forward':
      return jump(24 * 3600_000);
    case 'no-handles':
      spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${fs.readdirSync('/proc/self/fd').length}`]);
      return undefined;
    default:
      throw new Error(`no such fault: ${fault.kind}`);
  }
}

function end(pid, signal) {
  process.kill(pid, signal);
  // A kill is done when it is seen: this process goes on for a moment even under its own.
  if (pid === process.pid) for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

function session(fault) {
  return Number(fs.readFileSync(path.join(fault.folder, 'session.pid'), 'utf8'));
}

function fill(small) {
  const handle = fs.openSync(path.join(small, 'filler'), 'w');
  for (let bytes = 1 << 20; bytes >= 1; bytes = Math.floor(bytes / 4)) {
    try {
      for (;;) fs.writeSync(handle, Buffer.alloc(bytes));
    } catch {
      // Full for pieces of this size.
    }
  }
  fs.closeSync(handle);
}

function takeInodes(small) {
  fs.mkdirSync(path.join(small, 'fillers'));
  try {
    for (let n = 0; ; n++) fs.closeSync(fs.openSync(path.join(small, 'fillers', String(n)), 'w'));
  } catch {
    // None is left.
  }
}

function jump(ms) {
  const Real = Date;
  global.Date = class extends Real {
    constructor(...words) {
      if (words.length === 0) super(Real.now() + ms);
      else super(...words);
    }
    static now() {
      return Real.now() + ms;
    }
  };
}
