import type { Config } from "../config/config.ts";
import { type ConfigRequest, loadConfig } from "../config/load-config.ts";
import { adminPassword } from "../operate/admin-password.ts";
import { readCookieSecretFile } from "../operate/cookie-secrets.ts";
import { legoStorageSecrets } from "../operate/lego-storage-secrets.ts";
import { metricsTokenHash } from "../operate/metrics-token.ts";
import { registrationTokenHashes } from "../operate/registration-token-hashes.ts";
import { type ConfiguredZones, configuredZones } from "../zones.ts";

/** A configuration with everything in it looked at that can be, without a server. */
export interface CheckedConfig {
  readonly config: Config;
  readonly zones: ConfiguredZones["zones"];
  readonly warnings: readonly string[];
}

/** Reads static records and the files of secrets, too. Throws ConfigError and StaticRecordsError. */
export function checkedConfig(request: ConfigRequest): CheckedConfig {
  const config = loadConfig(request);
  const { zones, warnings } = configuredZones(config);
  const { registrationTokens: tokens, registrationTokensFile: file } = config.api;
  registrationTokenHashes({ tokens, file });
  metricsTokenHash(config.metrics.tokenFile);
  legoStorageSecrets(config.legoStorage);
  adminPassword(config.portal);
  if (config.dns.cookieSecretFile !== "") readCookieSecretFile(config.dns.cookieSecretFile);
  return { config, zones, warnings: [...config.warnings, ...warnings] };
}
