import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Config, type ConfigValues, configSections } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { completeValues } from "./dependent-values.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { type Flags, readFlags } from "./flags.ts";
import type { Settings } from "./key.ts";
import { findNotBuiltYet } from "./not-built-yet.ts";
import { readTomlFile } from "./toml-source.ts";
import { ValueReader } from "./value-reader.ts";
import { zoneConfigs } from "./zone-config.ts";

/** Where a configuration is looked for if none is named; the first that exists is used alone. */
export const DEFAULT_CONFIG_FILES: readonly string[] = [
  "/etc/dnsvouch/config.toml",
  "/etc/acme-dns/config.cfg",
  "./config.cfg",
];

export interface ConfigRequest {
  /** The file to read; undefined for the first of `searched`, or none at all. */
  readonly file: string | undefined;
  readonly env: Environment;
  /** What counts for more than all else. */
  readonly flags?: Flags;
  /** What relative paths are relative to; the working directory if not given. */
  readonly cwd?: string;
  readonly searched?: readonly string[];
  /** Whether what this version cannot do is only told of in `warnings`: for what reads a configuration to take it over. */
  readonly toleratesNotBuilt?: boolean;
}

/**
 * The configuration of this run: flags over the environment over the file over the defaults.
 *
 * @throws ConfigError with everything that is wrong, not only the first of it.
 */
export function loadConfig({
  file: named,
  env,
  flags = {},
  cwd = ".",
  searched = DEFAULT_CONFIG_FILES,
  toleratesNotBuilt = false,
}: ConfigRequest): Config {
  const file = named ?? searched.find((candidate) => existsSync(resolve(cwd, candidate)));
  const fromFile = file === undefined ? undefined : readTomlFile(file, cwd);
  const fromEnvironment = readEnvironment(env, cwd);
  const fromFlags = readFlags(flags);
  const settings: Settings = new Map([
    ...(fromFile?.settings ?? []),
    ...fromEnvironment.settings,
    ...fromFlags.settings,
  ]);

  const reader = new ValueReader(settings);
  const values = readValues(reader);
  const complete = completeValues(values);
  const notBuilt = findNotBuiltYet(reader.checked);
  const problems = [
    ...(fromFile?.problems ?? []),
    ...fromEnvironment.problems,
    ...fromFlags.problems,
    ...reader.problems,
    ...complete.problems,
    ...(toleratesNotBuilt ? [] : notBuilt.problems),
  ];
  if (problems.length > 0) throw new ConfigError("config_invalid", problems);
  const { general, instant } = complete.values;
  return deepFreeze({
    ...complete.values,
    zones: zoneConfigs(general, instant),
    registrationZone: general.domains[0],
    file,
    settings,
    warnings: [...complete.warnings, ...notBuilt.warnings],
  });
}

function readValues(reader: ValueReader): ConfigValues {
  return {
    general: reader.readSection(configSections.general),
    database: reader.readSection(configSections.database),
    api: reader.readSection(configSections.api),
    log: reader.readSection(configSections.log),
    dns: reader.readSection(configSections.dns),
    naming: reader.readSection(configSections.naming),
    instant: reader.readSection(configSections.instant),
    checks: reader.readSection(configSections.checks),
    policy: reader.readSection(configSections.policy),
    portal: reader.readSection(configSections.portal),
    metrics: reader.readSection(configSections.metrics),
    limits: reader.readSection(configSections.limits),
    notify: reader.readSection(configSections.notify),
    ct: reader.readSection(configSections.ct),
    backup: reader.readSection(configSections.backup),
    audit: reader.readSection(configSections.audit),
    legoStorage: reader.readSection(configSections.legoStorage),
  };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
