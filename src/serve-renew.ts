// What a running server does when its configuration is read again.
import type { Config } from "./config/config.ts";
import { renewedConfig } from "./config/renewed-config.ts";
import { legoStorageSecrets } from "./operate/lego-storage-secrets.ts";
import { registrationTokenHashes } from "./operate/registration-token-hashes.ts";
import type { RunningApi } from "./serve-api.ts";
import type { PreparedDns } from "./serve-dns.ts";
import type { DnsThreads } from "./server/dns-threads.ts";
import type { Store } from "./store/store.ts";
import type { Surroundings } from "./surroundings.ts";
import type { ChallengePublisher } from "./zone/challenge-publisher.ts";
import { initialSerial } from "./zone/serial.ts";
import { configuredZones } from "./zones.ts";

export interface RenewNeeds {
  readonly store: Store;
  readonly dns: PreparedDns;
  readonly threads: DnsThreads;
  readonly api: RunningApi;
  readonly publishers: ReadonlyMap<string, ChallengePublisher>;
}

export interface Renewed {
  /** Paths of the configuration, such as `general.records`. */
  readonly changed: readonly string[];
  /** Paths of what waits for the next start. */
  readonly waiting: readonly string[];
}

/**
 * Takes over what can be without a restart. Rejects with ConfigError or StaticRecordsError before
 * anything has changed.
 */
export function renewer(
  first: Config,
  { store, dns, threads, api, publishers }: RenewNeeds,
  { clock, log }: Surroundings,
): (next: Config) => Promise<Renewed> {
  let current = first;
  // The records are taken over, whatever the disk says: a serial that stays is no reason to call it failed.
  const raiseSerial = async (domain: string, publisher: ChallengePublisher): Promise<void> => {
    try {
      publisher.raiseSerial(await store.beginRun(domain, initialSerial(clock())));
    } catch (err) {
      log.warn({ err }, `the serial of ${domain} did not rise`);
    }
  };
  return async (next) => {
    const { config, changed, waiting } = renewedConfig(current, next);
    const { warnings } = configuredZones(config);
    const { registrationTokens: tokens, registrationTokensFile: file } = config.api;
    const tokenHashes = registrationTokenHashes({ tokens, file });
    const legoStorage = legoStorageSecrets(config.legoStorage);
    for (const warning of [...next.warnings, ...warnings]) log.warn({}, warning);
    current = config;
    // The files of tokens may have changed though their names have not.
    api.renew(config, { registrationTokenHashes: tokenHashes, legoStorage });
    if (changed.some((path) => /^(general|dns|instant)\./.test(path))) {
      threads.renew(dns.dataFor(config));
      for (const [domain, publisher] of publishers) {
        await raiseSerial(domain, publisher);
      }
    }
    return { changed, waiting };
  };
}
