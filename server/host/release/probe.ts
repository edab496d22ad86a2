import { readFileSync } from 'fs';
import * as http from 'http';
import * as https from 'https';
import type { ProbeResult } from '../../core/plan/host-report.ts';
import type { CommandProbe, HttpProbe, ProbeSpec } from '../../core/plan/plan.ts';
import { tellingLine } from '../../core/words.ts';
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
  const told = tellingLine(result.stderr || result.stdout);
  const how = result.timedOut ? `no end in ${PROBE_MS / 1000} s` : `status ${String(result.status)}`;
  return { ok: false, saw: told === '' ? how : `${how}: ${told.slice(0, 200)}`, answered: !result.timedOut };
}

function probeHttp(spec: HttpProbe): Promise<Seen> {
  return new Promise((resolve) => {
    let secrets: readonly string[] = [];
    let timer: NodeJS.Timeout | undefined;
    const finish = (seen: Seen): void => {
      if (timer !== undefined) clearTimeout(timer);
      resolve({ ...seen, saw: withoutSecrets(seen.saw, secrets) });
    };
    const fail = (error: unknown): void => {
      finish({ ok: false, saw: error instanceof Error ? reason(error) : String(error), answered: false });
    };
    try {
      const read = headersOf(spec);
      ({ secrets } = read);
      const url = new URL(spec.url);
      // A connection of its own each time: a kept one may belong to the process that is on its way out.
      const request = (url.protocol === 'https:' ? https : http).request(
        url,
        { method: spec.method, headers: read.headers, agent: false },
        (response) => {
          let body = '';
          const judged = (): void => finish(judge(spec, response.statusCode ?? 0, body, secrets));
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            body += chunk;
            if (body.length < MAX_BODY_CHARS) return;
            // Enough is seen, and the rest may never end.
            judged();
            request.destroy();
          });
          response.on('end', judged);
          response.on('error', fail);
        },
      );
      // Of the whole answer, not of the silence within it: a body may drip for ever.
      timer = setTimeout(() => {
        finish({ ok: false, saw: `no answer in ${PROBE_MS / 1000} s`, answered: false });
        request.destroy();
      }, PROBE_MS);
      request.on('error', fail);
      if (spec.body !== undefined) request.write(spec.body);
      request.end();
    } catch (error) {
      fail(error); // A header or a URL that is none.
    }
  });
}

/** An app may show in its answer what it was sent. */
function withoutSecrets(saw: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => (secret === '' ? text : text.split(secret).join('…')), saw);
}

function judge(spec: HttpProbe, status: number, body: string, secrets: readonly string[]): Seen {
  const { expect } = spec;
  if (status !== expect.status) {
    const text = firstLine(withoutSecrets(body, secrets)); // Before it is cut short: half a secret is one too.
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
  // What is left may be shown in a terminal: nothing in it may steer one.
  return text
    .replace(/[\s\x00-\x1f\x7f-\x9f]+/g, ' ')
    .trim()
    .slice(0, 160);
}

function reason(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return code === 'ECONNREFUSED' ? 'connection refused' : code === 'ECONNRESET' ? 'connection reset' : error.message;
}

/** Secrets are read here, when they are needed, and never told. */
function headersOf(spec: HttpProbe): { headers: { [name: string]: string }; secrets: string[] } {
  const headers: { [name: string]: string } = { 'user-agent': 'driftline' };
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(spec.headers)) {
    const read = typeof value === 'string' ? value : secretOf(value);
    if (typeof value !== 'string')
      secrets.push(read, ...read.split(/\s+/).filter((word) => word.length >= MIN_SECRET_CHARS));
    headers[name] = read;
  }
  return { headers, secrets };
}

/** The token of `Bearer <token>` is the secret; a word shorter than this is none. */
const MIN_SECRET_CHARS = 8;

function secretOf(from: { readonly variable: string } | { readonly file: string }): string {
  if ('file' in from) return readFileSync(from.file, 'utf8').trim();
  const secret = process.env[from.variable];
  if (secret === undefined) throw new Error(`the variable ${from.variable} is not set on the host`);
  return secret;
}
