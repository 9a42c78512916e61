import { type ApiConfig, apiSection } from "./api-keys.ts";
import {
  type DnsConfig,
  dnsSection,
  type InstantConfig,
  instantSection,
  type NamingConfig,
  namingSection,
} from "./dns-keys.ts";
import {
  type ChecksConfig,
  checksSection,
  type PolicyConfig,
  policySection,
} from "./hostname-keys.ts";
import type { Key, Section, Settings } from "./key.ts";
import {
  type AuditConfig,
  auditSection,
  type BackupConfig,
  backupSection,
  type CtConfig,
  ctSection,
  type LegoStorageConfig,
  type LimitsConfig,
  legoStorageSection,
  limitsSection,
  type MetricsConfig,
  metricsSection,
  type NotifyConfig,
  notifySection,
} from "./operation-keys.ts";
import { type PortalConfig, portalSection } from "./portal-keys.ts";
import {
  type DatabaseConfig,
  databaseSection,
  type GeneralConfig,
  generalSection,
  type LogConfig,
  logSection,
} from "./server-keys.ts";
import type { ZoneConfig } from "./zone-config.ts";

/** What the keys of the configuration became, by section. */
export interface ConfigValues {
  readonly general: GeneralConfig;
  readonly database: DatabaseConfig;
  readonly api: ApiConfig;
  readonly log: LogConfig;
  readonly dns: DnsConfig;
  readonly naming: NamingConfig;
  readonly instant: InstantConfig;
  readonly checks: ChecksConfig;
  readonly policy: PolicyConfig;
  readonly portal: PortalConfig;
  readonly metrics: MetricsConfig;
  readonly limits: LimitsConfig;
  readonly notify: NotifyConfig;
  readonly ct: CtConfig;
  readonly backup: BackupConfig;
  readonly audit: AuditConfig;
  readonly legoStorage: LegoStorageConfig;
}

/** The configuration of one run: complete, checked and deeply frozen. */
export interface Config extends ConfigValues {
  /** What this server answers for: the zones of `general.domain`, and that of instant names. */
  readonly zones: readonly ZoneConfig[];
  /** The domain of the zone in which `/register` creates delegates: the first of them. */
  readonly registrationZone: string;
  /** The file it was read from; undefined if there was none. */
  readonly file: string | undefined;
  /** What was set, and where, by path: never to be printed as it is, see shown-settings.ts. */
  readonly settings: Settings;
  /** What was set and has no effect, one line each. */
  readonly warnings: readonly string[];
}

/** Every section there is, in the order of the reference. */
export const configSections: {
  readonly [Name in keyof ConfigValues]: Section<ConfigValues[Name]>;
} = {
  general: generalSection,
  database: databaseSection,
  api: apiSection,
  log: logSection,
  dns: dnsSection,
  naming: namingSection,
  instant: instantSection,
  checks: checksSection,
  policy: policySection,
  portal: portalSection,
  metrics: metricsSection,
  limits: limitsSection,
  notify: notifySection,
  ct: ctSection,
  backup: backupSection,
  audit: auditSection,
  legoStorage: legoStorageSection,
};

/** Every key there is by its path in the file, such as `general.listen`. */
export const keysByPath: ReadonlyMap<string, Key<unknown>> = new Map(
  Object.values(configSections).flatMap((section) =>
    Object.values<Key<unknown>>({ ...section.keys }).map((key): [string, Key<unknown>] => [
      `${section.toml}.${key.toml}`,
      key,
    ]),
  ),
);
