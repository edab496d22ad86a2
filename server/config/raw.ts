/** A `driftline.json` as it is written, once the schema has accepted it. Nothing is filled in here. */
export interface RawConfig {
  readonly targets: Readonly<Record<string, RawTarget>>;
}

export interface RawTarget {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly root: string;
  readonly state?: string;
  readonly group?: string;
  readonly node?: string;
  readonly keep?: number;
  readonly protected?: boolean;
  readonly map?: Readonly<Record<string, string>>;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly build?: { readonly command: string; readonly from: string; readonly to: string };
  readonly process?: RawProcess;
  readonly health?: RawHealth;
  readonly confirm?: 'host' | 'client';
  readonly guards?: readonly RawGuard[];
}

export type RawProcess =
  | { readonly pm2: string; readonly home?: string; readonly user?: string; readonly namespace?: string }
  | { readonly systemd: string; readonly user?: boolean }
  | { readonly restart: string; readonly status?: string };

export interface RawHealth {
  readonly probes: readonly RawProbe[];
  readonly within?: string;
  readonly stableFor?: string;
  readonly outside?: readonly RawProbe[];
}

export type RawProbe =
  | {
      readonly name?: string;
      readonly url: string;
      readonly method?: string;
      readonly headers?: Readonly<Record<string, RawHeader>>;
      readonly body?: string;
      readonly expect?: { readonly status?: number; readonly text?: string };
    }
  | { readonly name?: string; readonly command: string };

export type RawHeader = string | { readonly variable: string } | { readonly file: string };

export interface RawGuard {
  readonly name: string;
  readonly command: string;
  readonly on?: 'client' | 'host';
  readonly message?: string;
  readonly timeout?: string;
}
