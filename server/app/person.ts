/**
 * The one interface through which the engine asks somebody. Three answer: the editor's client, the terminal, and nobody (for whom every
 * question is an error that names the command to run in a terminal).
 */
export interface Person {
  /** First contact with a host. `fingerprint` as `ssh-keygen -lf` shows it. */
  confirmHostKey(question: { host: string; keyType: string; fingerprint: string }): Promise<boolean>;
  /** A passphrase or password; `undefined` gives up. Never logged. */
  secret(question: { prompt: string; for: string }): Promise<string | undefined>;
  /** One irreversible moment: yes or no. `typed` asks for that word to be typed. */
  confirm(question: { title: string; detail: string; action: string; typed?: string }): Promise<boolean>;
  /** May we connect to this machine with this config at all? Asked once per folder and config. */
  consent(question: { folder: string; address: string; root: string; commands: readonly string[] }): Promise<boolean>;
}

/** Where long work says what it is doing now. `fraction` is 0 to 1 where the end is known. */
export interface Progress {
  report(update: { message: string; fraction?: number }): void;
}
