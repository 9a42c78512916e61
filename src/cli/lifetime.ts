import { ConfigError } from "../config/config-error.ts";
import { duration } from "../config/value-kind.ts";

const LIFETIME = duration(1, 3_153_600_000);

/** Seconds of a time span as the configuration writes them, such as 30d. Throws ConfigError. */
export function parseLifetime(text: string): number {
  const accepted = LIFETIME.read(LIFETIME.fromText(text));
  if (accepted !== undefined) return accepted.value;
  throw new ConfigError("config_invalid", [`--expires ${text}: it must be ${LIFETIME.allowed}`]);
}
