import { type Key, type Section, type Settings, showValue } from "./key.ts";

/** A value that somebody set and that passed its schema. */
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
    const { schema, allowed, example } = key.kind;
    const usual = schema.parse(key.default);
    const setting = this.#settings.get(path);
    if (!setting) return usual;
    const { origin } = setting;
    const shown = `${path} = ${key.secret ? "(hidden)" : showValue(setting.value)}`;
    const result = schema.safeParse(setting.value);
    if (result.success) {
      this.checked.set(path, { value: result.data, usual, shown, origin });
      return result.data;
    }
    this.problems.push(
      `${origin}: ${shown} is not valid; allowed: ${allowed}; for example ${example}`,
    );
    return usual;
  }
}

function isComplete<Values>(section: Section<Values>, values: Partial<Values>): values is Values {
  return Object.keys(section.keys).every((name) => name in values);
}
