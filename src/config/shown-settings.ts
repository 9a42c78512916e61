import { type Config, configSections } from "./config.ts";
import type { Key, TomlValue } from "./key.ts";

/** A key with what applies, for people. */
export interface ShownSetting {
  readonly section: string;
  readonly key: string;
  /** As one would write it in the file. */
  readonly value: unknown;
  /** A line of the file, an environment variable or a flag; undefined: the default. */
  readonly origin: string | undefined;
}

/** What stands for a secret. */
export const MASK = "(hidden)";

/** Every key in the order of the reference. Nothing that is secret is in it. */
export function shownSettings({ settings }: Pick<Config, "settings">): readonly ShownSetting[] {
  return Object.values(configSections).flatMap(({ toml: section, keys }) =>
    Object.values<Key<unknown>>({ ...keys }).map((key) => {
      const setting = settings.get(`${section}.${key.toml}`);
      const value = setting === undefined ? key.default : shownValue(key, setting.value);
      return { section, key: key.toml, value, origin: setting?.origin };
    }),
  );
}

/** A URL, or PostgreSQL's other form: host=db password=… */
const MAY_HAVE_PASSWORD = /:\/\/|password\s*=/i;

/** What can be shown of a value that somebody has written for a key. */
export function shownValue({ secret }: Key<unknown>, value: unknown): unknown {
  if (secret === undefined || value === "") return withoutUserInfo(value);
  if (Array.isArray(value)) return value.map(() => MASK);
  // The path of a file is no secret; what stands in a URL may be one.
  const isPath = typeof value === "string" && !MAY_HAVE_PASSWORD.test(value);
  return secret === "in URLs" && isPath ? value : MASK;
}

/** A URL may have a token in front of its host. */
function withoutUserInfo(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\/\/[^/@\s]*@/, `//${MASK}@`) : value;
}

/** A value in TOML. */
export function toToml(value: unknown): string {
  // JSON's texts, numbers, truth values and lists of them are TOML's, but for DEL.
  return JSON.stringify(value as TomlValue).replaceAll("\x7f", "\\u007f");
}
