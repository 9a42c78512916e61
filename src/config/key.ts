import type { ValueKind } from "./value-kind.ts";

/** A value as it can be written in a TOML file. */
export type TomlValue = string | number | boolean | readonly string[];

/**
 * Everything about one key of the configuration, in one place: the file reader, the environment,
 * the error messages and the reference all come from it.
 */
export interface Key<Value> {
  /** Its name in the file, inside its section. */
  readonly toml: string;
  readonly kind: ValueKind<Value>;
  /** What applies without the key, as one would write it in the file. */
  readonly default: TomlValue;
  /** One or two plain sentences for the reference, with the unit. */
  readonly description: string;
  /** A shorter environment variable, besides `DNSVOUCH_<SECTION>_<KEY>`. */
  readonly alias?: string;
  /** The value is never printed, and `DNSVOUCH_<SECTION>_<KEY>_FILE` may name a file that holds it. */
  readonly secret?: true | "in URLs";
}

/** One section of the file; `Values` is what its keys become. */
export interface Section<Values> {
  readonly toml: string;
  readonly keys: { readonly [Name in keyof Values]: Key<Values[Name]> };
}

/** A value that somebody gave to a key, not yet checked. */
export interface Setting {
  readonly value: unknown;
  /** Where it was written: `config.toml:12`, or the name of the environment variable. */
  readonly origin: string;
}

/** What was given, by path: `general.listen`. */
export type Settings = ReadonlyMap<string, Setting>;

const LONGEST_SHOWN = 80;

/** A value as an error message shows it: TOML for what TOML can say, cut if it is long. */
export function showValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
