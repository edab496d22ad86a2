import { Worker } from 'node:worker_threads';

/** Reads one file without a pause, in a thread of its own, and remembers every content that it found, in order of first sight. */
export class Reader {
  readonly #worker: Worker;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));

  constructor(file: string) {
    this.#worker = new Worker(READER, { eval: true, workerData: { file, stop: this.#stop } });
  }

  /** Every content; a reading that failed is the error's code in brackets. */
  stop(): Promise<string[]> {
    const seen = new Promise<string[]>((resolve, reject) => {
      this.#worker.once('message', (contents: string[]) => resolve(contents));
      this.#worker.once('error', reject);
    });
    Atomics.store(this.#stop, 0, 1);
    return seen;
  }
}

const READER = `
const { parentPort, workerData } = require('node:worker_threads');
const { readFileSync } = require('node:fs');
const seen = new Set();
do {
  try {
    seen.add(readFileSync(workerData.file, 'utf8'));
  } catch (error) {
    seen.add('[' + error.code + ']');
  }
} while (Atomics.load(workerData.stop, 0) === 0);
parentPort.postMessage([...seen]);
`;
