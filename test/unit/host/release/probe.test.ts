import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import net from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpProbe } from '../../../../server/core/plan/plan.ts';
import { probe } from '../../../../server/host/release/probe.ts';
import { temporaryHome } from '../../../support/home.ts';
import { freePort } from '../../../support/net.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = http.createServer(answer);
  closing.push(() => {
    server.closeAllConnections();
    return Promise.resolve();
  });
  return listen(server);
}

const spec = (url: string, more: Partial<HttpProbe> = {}): HttpProbe => ({
  kind: 'http',
  name: 'api',
  url,
  method: 'GET',
  headers: {},
  expect: { status: 200 },
  ...more,
});
const see = (url: string, more: Partial<HttpProbe> = {}) => probe(spec(url, more), '/');

describe('an HTTP probe', () => {
  it('holds where status and text are as expected, and only then', async () => {
    const url = await serve((_, response) => response.end('{"status":"ok"}'));
    expect(await see(url)).toMatchObject({ name: 'api', ok: true, saw: '200', answered: true });
    expect(await see(url, { expect: { status: 200, text: '"ok"' } })).toMatchObject({ ok: true });
    expect(await see(url, { expect: { status: 200, text: 'ready' } })).toMatchObject({
      ok: false,
      saw: '200 without "ready"',
    });
    expect(await see(url, { expect: { status: 204 } })).toMatchObject({ ok: false, answered: true });
  });

  it('says what a page of an error says, and nothing that steers a terminal', async () => {
    const url = await serve((_, response) => {
      response.statusCode = 500;
      response.end('<html><title>x</title><pre>Error: Cannot find\n module &nbsp;\u001b[2J\u0007!</pre></html>');
    });
    const { saw, answered } = await see(url);
    expect([saw, answered]).toEqual(['500 Error: Cannot find module [2J !', true]);
  });

  it('does not follow a redirect: another page is not this one', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: '/login' }).end());
    expect(await see(url)).toMatchObject({ ok: false, saw: '302' });
    expect(await see(url, { expect: { status: 302 } })).toMatchObject({ ok: true });
  });

  it('takes 503 for "not yet" and not for an answer', async () => {
    const url = await serve((_, response) => response.writeHead(503).end('starting'));
    expect(await see(url)).toMatchObject({ ok: false, saw: '503 starting', answered: false });
  });

  it('sees a refused connection, a reset one, and one that closes without a word', async () => {
    expect(await see(`http://127.0.0.1:${await freePort()}`)).toMatchObject({
      ok: false,
      saw: 'connection refused',
      answered: false,
    });
    const reset = await listen(net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    expect(await see(reset)).toMatchObject({ ok: false, saw: 'connection reset', answered: false });
    const mute = await listen(net.createServer((socket) => socket.resume().end()));
    expect(await see(mute)).toMatchObject({ ok: false, answered: false });
  });

  it('sees what is no HTTP, and a certificate that nobody vouches for or none at all', async () => {
    const other = await listen(
      net.createServer((socket) =>
        socket
          .resume()
          .on('error', () => socket.destroy())
          .end('220 mail.example ESMTP\r\n'),
      ),
    );
    expect(await see(other)).toMatchObject({ ok: false, answered: false });
    const plain = await serve((_, response) => response.end('ok'));
    expect(await see(plain.replace('http:', 'https:'))).toMatchObject({ ok: false, answered: false });
  });

  it('is done with a body that never ends as soon as it has seen enough', async () => {
    const url = await serve((_, response) => {
      const more = (): void => {
        while (response.writable && response.write('x'.repeat(1 << 16)));
        response.once('drain', more);
      };
      more();
    });
    expect(await see(url)).toMatchObject({ ok: true, saw: '200' });
    expect(await see(url, { expect: { status: 200, text: 'ok' } })).toMatchObject({
      ok: false,
      saw: '200 without "ok"',
    });
  });

  it('gives up one that hangs, before and in the middle of its answer', async () => {
    const silent = await serve(() => undefined);
    const dripping = await serve((_, response) => response.write('o'));
    const seen = await Promise.all([see(silent), see(dripping)]);
    for (const each of seen) expect(each).toMatchObject({ ok: false, saw: 'no answer in 5 s', answered: false });
  }, 20_000);

  it('never rejects, whatever its URL and headers are', async () => {
    expect(await see('no url')).toMatchObject({ ok: false, answered: false });
    const url = await serve((_, response) => response.end());
    expect(await see(url, { headers: { 'x-odd': 'two\nlines' } })).toMatchObject({ ok: false, answered: false });
    expect(await see(url, { headers: { key: { variable: 'DRIFTLINE_TEST_NOT_SET' } } })).toMatchObject({
      ok: false,
      saw: 'the variable DRIFTLINE_TEST_NOT_SET is not set on the host',
    });
    expect(await see(url, { headers: { key: { file: '/nowhere/at/all' } } })).toMatchObject({ ok: false });
  });

  it('sends secrets of the host, and never tells them even where the app does', async () => {
    const home = await temporaryHome();
    closing.push(() => home.remove());
    const file = path.join(home.folder, 'token');
    await writeFile(file, 'Bearer s3cr3t-of-the-host\n');
    const sent: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      sent.push(request.headers.authorization);
      response.writeHead(401).end(`${'.'.repeat(145)} no s3cr3t-of-the-host: ${String(request.headers.authorization)}`);
    });
    const { saw } = await see(url, { headers: { authorization: { file } } });
    expect(sent).toEqual(['Bearer s3cr3t-of-the-host']);
    expect(saw).toMatch(/^401 \.+ no …/);
    expect(saw).not.toContain('s3cr');
  });
});

describe('a command probe', () => {
  const run = (command: string) => probe({ kind: 'command', name: 'own', command }, '/');

  it('holds where the command ends with 0, and else says its status and its last line', async () => {
    expect(await run('true')).toMatchObject({ ok: true, saw: 'status 0', answered: true });
    expect(await run('echo one; echo two >&2; exit 3')).toMatchObject({
      ok: false,
      saw: 'status 3: two',
      answered: true,
    });
    expect(await run('no-such-command-at-all')).toMatchObject({ ok: false, answered: true });
  });
  it('is given up where it does not end', async () => {
    expect(await run('sleep 60')).toMatchObject({ ok: false, saw: 'no end in 5 s', answered: false });
  }, 20_000);
});
