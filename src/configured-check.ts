// What a configuration lets checks do: of commands, and of the server that looks after host names.
import type { CheckMeans } from "./check/check-domain.ts";
import { exchangeByNetwork } from "./check/dns-client.ts";
import type { ServerAddress } from "./check/message.ts";
import { systemResolvers } from "./check/resolver.ts";
import type { ServedZone } from "./check/served-zone.ts";
import { probeByNetwork } from "./check/tls-step.ts";
import type { Config } from "./config/config.ts";
import { parseName } from "./dns/presentation-scanner.ts";
import { type ConfiguredZones, configuredZones } from "./zones.ts";

/** Whom to ask, and what to ask with. */
export interface Asked {
  /** Empty: those of the configuration and of the system. */
  readonly resolvers: readonly ServerAddress[];
  readonly authPort: number;
  readonly clock: () => number;
  readonly newLabel: () => string;
}

/** Those that are given alone, or those of the configuration and of the system. */
export function resolversFor(
  { checks }: Pick<Config, "checks">,
  given: readonly ServerAddress[],
): readonly ServerAddress[] {
  if (given.length > 0) return given;
  const usual = [...checks.resolvers, ...systemResolvers()];
  const isFirst = ({ address, port }: ServerAddress, i: number): boolean =>
    usual.findIndex((each) => each.address === address && each.port === port) === i;
  return usual.filter(isFirst);
}

/** What a configuration lets a check do. Throws StaticRecordsError. */
export function checkMeans(
  config: Config,
  { resolvers, authPort, clock, newLabel }: Asked,
): CheckMeans {
  const { checks, general } = config;
  return {
    exchange: exchangeByNetwork,
    resolvers: resolversFor(config, resolvers),
    rules: {
      port: authPort,
      allowsPrivate: checks.allowPrivate,
      ownAddresses: [
        general.publicIp,
        general.publicIp6,
        ...general.listen.map(({ address }) => address),
      ].filter((address) => address !== ""),
    },
    zones: servedZones(config),
    edgeTargets: checks.edgeTargets,
    tlsProbe: checks.tlsProbe ? probeByNetwork : undefined,
    clock,
    newLabel,
  };
}

/** Reading thousands of records takes longer than all the rest of a request. */
const KNOWN = new WeakMap<Config, readonly ServedZone[]>();

/** The zones of this server, and what the configuration has in them. Throws StaticRecordsError. */
export function servedZones(config: Config): readonly ServedZone[] {
  const known = KNOWN.get(config) ?? readZones(config);
  KNOWN.set(config, known);
  return known;
}

function readZones(config: Config): readonly ServedZone[] {
  const { zones } = configuredZones(config);
  return config.zones.map(({ domain, isInstant }) => ({
    apex: domain,
    isInstant,
    hasStatic: (name) => hasNode(zones, domain, name),
  }));
}

/** What is no name, as one with too many octets behind a DNAME, is not there. */
function hasNode(zones: ConfiguredZones["zones"], domain: string, name: string): boolean {
  try {
    return zones.get(domain)?.node(parseName(`${name}.`).key) !== undefined;
  } catch {
    return false;
  }
}
