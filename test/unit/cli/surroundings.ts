import { Interrupts } from '../../../server/cli/interrupts.ts';
import type { Output, Surroundings } from '../../../server/cli/surroundings.ts';

/** An output that remembers. */
export class Paper implements Output {
  text = '';

  constructor(readonly isTerminal = false) {}

  write(text: string): void {
    this.text += text;
  }

  columns(): number {
    return 80;
  }
}

/** Surroundings in which nothing happens but what is written down here. */
export interface TestSurroundings extends Surroundings {
  readonly out: Paper;
  readonly err: Paper;
  /** Statuses with which the process was left at once. */
  readonly left: number[];
}

export function surroundings(words: readonly string[], changed: Partial<Surroundings> = {}): TestSurroundings {
  const err = new Paper();
  const left: number[] = [];
  const interrupts = new Interrupts({
    onInterrupt: () => undefined,
    say: (line) => err.write(`${line}\n`),
    leave: (status) => void left.push(status),
  });
  return {
    words,
    cwd: '/nowhere',
    home: '/nowhere/home',
    environment: {},
    dist: '/nowhere/dist',
    version: '1.2.3',
    interactive: false,
    interrupts,
    ...changed,
    out: new Paper(),
    err,
    left,
  };
}
