import { readFileSync } from 'fs';
import * as http from 'http';
import * as https from 'https';
import type { ProbeResult } from '../../core/plan/host-report.ts';
import type { CommandProbe, HttpProbe, ProbeSpec } from '../../core/plan/plan.ts';
import { runCommand } from '../run.ts';

/** How long one answer may take. A URL that hangs is a failure, not a wait. */
export const PROBE_MS = 5_000;
const MAX_BODY_CHARS = 1 << 20;

/** One look by one probe. Never rejects: what went wrong is what it saw. */
export async function probe(spec: ProbeSpec, cwd: string): Promise<ProbeResult> {
  const begin = process.hrtime.bigint();
  const seen = await (spec.kind === 'http' ? probeHttp(spec) : probeCommand(spec, cwd));
  return { name: spec.name, ...seen, latencyMs: Math.round(Number(process.hrtime.bigint() - begin) / 1e5) / 10 };
}

type Seen = Pick<ProbeResult, 'ok' | 'saw' | 'answered'>;

async function probeCommand(spec: CommandProbe, cwd: string): Promise<Seen> {
  const result = await runCommand(spec.command, cwd, PROBE_MS);
  if (result.status === 0) return { ok: true, saw: 'status 0', answered: true };
  const last = (result.stderr || result.stdout).trim().split('\n').pop() ?? '';
  const how = result.timedOut ? `no end in ${PROBE_MS / 1000} s` : `status ${String(result.status)}`;
  return { ok: false, saw: last === '' ? how : `${how}: ${last.slice(0, 200)}`, answered: !result.timedOut };
}

function probeHttp(spec: HttpProbe): Promise<Seen> {
  return new Promise((resolve) => {
    let headers: { [name: string]: string };
    try {
      headers = headersOf(spec);
    } catch (error) {
      resolve({ ok: false, saw: error instanceof Error ? error.message : String(error), answered: false });
      return;
    }
    const url = new URL(spec.url);
    // A connection of its own each time: a kept one may belong to the process that is on its way out.
    const request = (url.protocol === 'https:' ? https : http).request(
      url,
      { method: spec.method, headers, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          if (body.length < MAX_BODY_CHARS) body += chunk;
        });
        response.on('end', () => finish(judge(spec, response.statusCode ?? 0, body)));
        response.on('error', (error) => finish({ ok: false, saw: error.message, answered: false }));
      },
    );
    // Of the whole answer, not of the silence within it: a body may drip for ever.
    const timer = setTimeout(() => {
      finish({ ok: false, saw: `no answer in ${PROBE_MS / 1000} s`, answered: false });
      request.destroy();
    }, PROBE_MS);
    const finish = (seen: Seen): void => {
      clearTimeout(timer);
      resolve(seen);
    };
    request.on('error', (error) => finish({ ok: false, saw: reason(error), answered: false }));
    if (spec.body !== undefined) request.write(spec.body);
    request.end();
  });
}

function judge(spec: HttpProbe, status: number, body: string): Seen {
  const { expect } = spec;
  if (status !== expect.status) {
    const text = firstLine(body);
    return { ok: false, saw: text === '' ? String(status) : `${status} ${text}`, answered: status !== 503 };
  }
  if (expect.text !== undefined && !body.includes(expect.text)) {
    return { ok: false, saw: `${status} without "${expect.text}"`, answered: true };
  }
  return { ok: true, saw: String(status), answered: true };
}

/** What a page of an error says, without its tags. */
function firstLine(body: string): string {
  const text = body.replace(/<(?:style|title)[^]*?<\/(?:style|title)>/g, ' ').replace(/<[^>]*>|&nbsp;/g, ' ');
  return text.replace(/\s+/g, ' ').trim().slice(0, 160);
}

function reason(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return code === 'ECONNREFUSED' ? 'connection refused' : code === 'ECONNRESET' ? 'connection reset' : error.message;
}

/** Secrets are read here, when they are needed, and never told. */
function headersOf(spec: HttpProbe): { [name: string]: string } {
  const headers: { [name: string]: string } = { 'user-agent': 'driftline' };
  for (const [name, value] of Object.entries(spec.headers)) {
    if (typeof value === 'string') headers[name] = value;
    else if ('variable' in value) {
      const secret = process.env[value.variable];
      if (secret === undefined) throw new Error(`the variable ${value.variable} is not set on the host`);
      headers[name] = secret;
    } else {
      headers[name] = readFileSync(value.file, 'utf8').trim();
    }
  }
  return headers;
}
