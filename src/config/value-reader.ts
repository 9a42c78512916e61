import { type Key, type Section, type Settings, showValue } from "./key.ts";

/** A value that somebody set and that was accepted. */
export interface CheckedSetting {
  readonly value: unknown;
  /** What applies if it is not set. */
  readonly usual: unknown;
  /** `path = value` for messages, without the value if it is a secret. */
  readonly shown: string;
  readonly origin: string;
}

/** By path, such as `general.listen`. */
export type CheckedSettings = ReadonlyMap<string, CheckedSetting>;

/** Turns settings into values, section by section, and collects what does not pass. */
export class ValueReader {
  readonly checked: Map<string, CheckedSetting> = new Map();
  readonly problems: string[] = [];
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** All values of a section. A setting that does not pass adds a problem, and its default is returned. */
  readSection<Values>(section: Section<Values>): Values {
    const values: Partial<Values> = {};
    for (const name in section.keys) {
      const key = section.keys[name];
      values[name] = this.#read(`${section.toml}.${key.toml}`, key);
    }
    if (!isComplete(section, values)) throw new Error(`[${section.toml}] misses a key`);
    return values;
  }

  #read<Value>(path: string, key: Key<Value>): Value {
    const { read, allowed, example } = key.kind;
    const usual = defaultOf(path, key);
    const setting = this.#settings.get(path);
    if (!setting) return usual;
    const { origin } = setting;
    const shown = `${path} = ${key.secret ? "(hidden)" : showValue(setting.value)}`;
    const accepted = read(setting.value);
    if (accepted !== undefined) {
      this.checked.set(path, { value: accepted.value, usual, shown, origin });
      return accepted.value;
    }
    this.problems.push(
      `${origin}: ${shown} is not valid; allowed: ${allowed}; for example ${example}`,
    );
    return usual;
  }
}

function defaultOf<Value>(path: string, { kind, default: written }: Key<Value>): Value {
  const accepted = kind.read(written);
  if (accepted === undefined) throw new Error(`the default of ${path} is not valid`);
  return accepted.value;
}

function isComplete<Values>(section: Section<Values>, values: Partial<Values>): values is Values {
  return Object.keys(section.keys).every((name) => name in values);
}
