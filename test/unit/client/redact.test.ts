import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../client/redact.ts';

describe('the output', () => {
  it.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: [redacted]'],
    ['{"authorization":"Basic dXNlcjpw","x":1}', '{"authorization":"[redacted]","x":1}'],
    ['Cookie: session=1; other=2', 'Cookie: [redacted]'],
    ['DB_PASSWORD=hunter2 node index.js', 'DB_PASSWORD=[redacted] node index.js'],
    ['{"apiKey": "k-1", "name": "a"}', '{"apiKey": "[redacted]", "name": "a"}'],
    ['?access_token=abc&page=2', '?access_token=[redacted]&page=2'],
    ['postgres://voice:hunter2@db.internal/calls', 'postgres://voice:[redacted]@db.internal/calls'],
    ['key -----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY----- end', 'key [private key] end'],
    ['-----BEGIN RSA PRIVATE KEY-----\ncut short', '[private key]'],
  ])('does not hold the secret of %j', (line, clean) => {
    expect(new Redactor().redact(line)).toBe(clean);
  });

  it.each([
    'src/services/token.js was pulled (+3 -0)',
    'http://127.0.0.1:3000/health answered 200',
    'deploy@voice.example:22',
    'its name says that it holds a secret: name it to pull it',
  ])('keeps %j as it is', (line) => {
    expect(new Redactor().redact(line)).toBe(line);
  });

  it('does not hold what a person typed, however a message writes it', () => {
    const redactor = new Redactor();
    redactor.remember('open "sesame"\\');
    expect(redactor.redact('it was open "sesame"\\ yesterday')).toBe('it was [redacted] yesterday');
    expect(redactor.redact(JSON.stringify({ result: 'open "sesame"\\' }))).toBe('{"result":"[redacted]"}');
  });

  it('keeps its words where somebody types a letter', () => {
    const redactor = new Redactor();
    redactor.remember('a');
    expect(redactor.redact('a plan')).toBe('a plan');
  });
});
