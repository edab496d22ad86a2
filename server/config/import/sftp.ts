import { parse } from 'jsonc-parser';

/** What a `.vscode/sftp.json` of the SFTP extensions says of one host. Passwords and keys are not taken. */
export interface SftpProposal {
  readonly name?: string;
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  /** Absolute, on the host. */
  readonly root?: string;
  /** The local folder that is uploaded there, relative to the workspace. */
  readonly context?: string;
  /** It held a password or a passphrase: people should know that it was left behind. */
  readonly hadSecret: boolean;
}

/** Reads the file as those extensions do: comments allowed, one entry or a list, other protocols than SFTP left out. */
export function readSftp(text: string): SftpProposal[] {
  const value: unknown = parse(text);
  return (Array.isArray(value) ? value : [value]).flatMap((entry: unknown) => {
    const fields = record(entry);
    const host = word(fields['host']);
    const protocol = fields['protocol'];
    if (host === undefined || (protocol !== undefined && protocol !== 'sftp')) return [];
    const name = word(fields['name']);
    const user = word(fields['username']);
    const root = word(fields['remotePath']);
    const context = word(fields['context'])?.replace(/^\.\//, '');
    const port = fields['port'];
    return [
      {
        host,
        ...(name !== undefined && { name }),
        ...(typeof port === 'number' && { port }),
        ...(user !== undefined && { user }),
        ...(root?.startsWith('/') === true && { root }),
        ...(context !== undefined && !context.startsWith('/') && { context: context.replace(/\/+$/, '') || '.' }),
        hadSecret: ['password', 'passphrase'].some((key) => word(fields[key]) !== undefined),
      },
    ];
  });
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
