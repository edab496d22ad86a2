import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { audit } from '../../app/audit.ts';
import { auditToTravel } from '../../app/travel.ts';
import type { AuditResult } from '../../app/results.ts';
import { OK } from '../exit-codes.ts';
import { verb, withHost } from '../options.ts';
import type { HostOptions } from '../options.ts';
import { auditReport } from '../output/audit.ts';
import { onTarget } from '../run.ts';
import type { Door } from '../program.ts';

interface AuditOptions extends HostOptions {
  readonly all?: boolean;
  readonly rehash?: boolean;
  readonly output?: string;
}

export function auditCommand(door: Door): Command {
  return withHost(
    verb('audit', 'Compare production with the workspace, path by path; writes nothing.')
      .summary('what does production have that is not here?')
      .option(
        '--rehash',
        'read every file anew; otherwise one that nobody wrote to since it was hashed is not read again',
      )
      .option('-o, --output <file>', 'also write down what `check --inventory FILE` needs; no contents')
      .option('--all', 'show long lists whole, and what is the same on both sides'),
  ).action((options: AuditOptions) =>
    door.ends(
      onTarget(door.around, { ...options, verb: 'audit' }, async ({ context, report, show }) => {
        const look = { rehash: options.rehash === true };
        const { output } = options;
        const { result, text } =
          output === undefined ? { result: await audit(context, look) } : await auditToTravel(context, look);
        if (output !== undefined && text !== undefined) await writeFile(path.resolve(door.around.cwd, output), text);
        show(options.all === true ? result : withoutSame(result), auditReport(result, report));
        return OK;
      }),
    ),
  );
}

/** What is the same is most of it, and seldom asked for. The counts still tell how much there is. */
export function withoutSame(result: AuditResult): AuditResult {
  return { ...result, entries: result.entries.filter((entry) => entry.kind !== 'same') };
}
