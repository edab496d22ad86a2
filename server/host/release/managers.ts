import type { ProcessReport } from '../../core/plan/host-report.ts';
import type { ProcessSpec } from '../../core/plan/plan.ts';
import { Command } from './command.ts';
import { failedReport } from './manager.ts';
import type { ProcessManager } from './manager.ts';
import { Pm2 } from './pm2.ts';
import { Systemd } from './systemd.ts';

export function managerOf(spec: ProcessSpec, root: string): ProcessManager {
  switch (spec.kind) {
    case 'pm2':
      return new Pm2(spec, root);
    case 'systemd':
      return new Systemd(spec);
    case 'command':
      return new Command(spec, root);
  }
}

/** What the process manager knows of the app of this root, where a release could also restart it. Starts nothing. */
export async function inspectProcess(spec: ProcessSpec, root: string): Promise<ProcessReport> {
  const manager = managerOf(spec, root);
  const report = await manager.inspect();
  try {
    if (report.state === 'found') await manager.prove();
    return report;
  } catch (error) {
    return failedReport(error);
  }
}
