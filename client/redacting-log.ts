import type * as vscode from 'vscode';
import type { Redactor } from './redact.ts';

/** The output channel that everything is written through, the server's lines too. */
export function redactingLog(channel: vscode.LogOutputChannel, redactor: Redactor): vscode.LogOutputChannel {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return redactor.redact(value);
    if (value instanceof Error) return redactor.redact(value.stack ?? value.message);
    return value === undefined ? undefined : redactor.redact(JSON.stringify(value));
  };
  const all = (values: readonly unknown[]): unknown[] => values.map(clean);
  return {
    name: channel.name,
    get logLevel() {
      return channel.logLevel;
    },
    onDidChangeLogLevel: channel.onDidChangeLogLevel,
    trace: (message, ...more) => channel.trace(redactor.redact(message), ...all(more)),
    debug: (message, ...more) => channel.debug(redactor.redact(message), ...all(more)),
    info: (message, ...more) => channel.info(redactor.redact(message), ...all(more)),
    warn: (message, ...more) => channel.warn(redactor.redact(message), ...all(more)),
    error: (message, ...more) =>
      channel.error(
        redactor.redact(typeof message === 'string' ? message : (message.stack ?? message.message)),
        ...all(more),
      ),
    append: (text) => channel.append(redactor.redact(text)),
    appendLine: (line) => channel.appendLine(redactor.redact(line)),
    replace: (text) => channel.replace(redactor.redact(text)),
    clear: () => channel.clear(),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the interface still has both of its forms
    show: (columnOrFocus?: vscode.ViewColumn | boolean, preserveFocus?: boolean) =>
      channel.show(typeof columnOrFocus === 'boolean' ? columnOrFocus : preserveFocus),
    hide: () => channel.hide(),
    dispose: () => channel.dispose(),
  };
}
