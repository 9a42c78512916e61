import { type Config, type ConfigValues, configSections } from "./config.ts";
import { zoneConfigs } from "./zone-config.ts";

/** What a server can take over while it runs, by path in the file. Everything else waits for the next start. */
export const RENEWABLE: ReadonlySet<string> = new Set([
  "general.public_ip",
  "general.public_ip6",
  "general.nsname",
  "general.nsadmin",
  "general.records",
  "logconfig.loglevel",
  "dns.txt_ttl",
  "dns.negative_ttl",
  "dns.edns_size",
  "dns.nsid",
  "instant.a",
  "instant.aaaa",
  "instant.per_hour",
  "instant.per_day",
  "instant.per_week",
  "lego_storage.token_file",
  "lego_storage.key_file",
  "api.registration",
  "api.disable_registration",
  "api.registration_tokens",
  "api.registration_tokens_file",
  "api.registration_sources",
  ...pathsOf("checks"),
  "policy.offboard_action",
  "policy.offboard_after",
  "policy.never_pointed_after",
  ...pathsOf("limits"),
]);

function pathsOf(name: "checks" | "limits"): string[] {
  const { toml: section, keys } = configSections[name];
  return Object.values<{ readonly toml: string }>({ ...keys }).map(
    ({ toml }) => `${section}.${toml}`,
  );
}

export interface Renewal {
  /** The current one with what can be taken over. */
  readonly config: Config;
  /** Paths of what was taken over, such as `general.records`. */
  readonly changed: readonly string[];
  /** Paths of what waits for the next start. */
  readonly waiting: readonly string[];
}

/** What becomes of a server that was started with `current` when its configuration is read again. */
export function renewedConfig(current: Config, next: Config): Renewal {
  const changed: string[] = [];
  const waiting: string[] = [];
  const merged: Record<string, object> = {};
  for (const [name, section] of Object.entries(configSections)) {
    const before = valuesOf(current, name);
    const after = valuesOf(next, name);
    const values: Record<string, unknown> = { ...before };
    for (const [key, { toml }] of Object.entries<{ toml: string }>({ ...section.keys })) {
      const path = `${section.toml}.${toml}`;
      if (JSON.stringify(before[key]) === JSON.stringify(after[key])) continue;
      (RENEWABLE.has(path) ? changed : waiting).push(path);
      if (RENEWABLE.has(path)) values[key] = after[key];
    }
    merged[name] = values;
  }
  const config: Config = { ...next, ...(merged as unknown as ConfigValues) };
  const { general, instant } = config;
  return {
    config: {
      ...config,
      zones: zoneConfigs(general, instant),
      registrationZone: general.domains[0],
    },
    changed,
    waiting,
  };
}

function valuesOf(config: Config, name: string): Readonly<Record<string, unknown>> {
  return { ...config[name as keyof ConfigValues] };
}
