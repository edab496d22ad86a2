import type { Finding, Severity } from '../../link/finding.ts';
import type { Acceptance, GuardFinding } from '../plan.ts';

/** What a guard found, before it is known what a person accepts. */
export interface Concern {
  readonly guard: string;
  readonly severity: Severity;
  readonly path?: string;
  readonly message: string;
  readonly remedy: string;
  readonly link?: Finding;
  /** `always`: the deploy could not be carried out, so nobody can let it pass. */
  readonly blocking: 'never' | 'untilAccepted' | 'always';
}

/** Decides which concerns block: all that must, but for those that a person accepted by name. */
export function decide(concerns: readonly Concern[], accepted: readonly Acceptance[]): GuardFinding[] {
  const findings = concerns.map(({ blocking, ...concern }): GuardFinding => {
    const allowed = blocking === 'untilAccepted' && isAccepted(accepted, concern.guard, concern.path);
    const blocks = blocking !== 'never' && !allowed;
    return { ...concern, blocks, ...(blocks && blocking === 'untilAccepted' && { accept: nameOf(concern) }) };
  });
  return findings.sort((a, b) => rank(a) - rank(b));
}

/** Whether a person lets a guard pass: for this path, or for all. */
export function isAccepted(accepted: readonly Acceptance[], guard: string, path: string | undefined): boolean {
  return accepted.some((each) => each.guard === guard && (each.path === undefined || each.path === path));
}

/** What `--accept` takes to let this one pass. */
function nameOf({ guard, path }: Pick<Concern, 'guard' | 'path'>): string {
  return path === undefined ? guard : `${guard}:${path}`;
}

/** Those that block first, then by severity. */
function rank(finding: GuardFinding): number {
  if (finding.blocks) return 0;
  return finding.severity === 'error' ? 1 : finding.severity === 'warning' ? 2 : 3;
}
