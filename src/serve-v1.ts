// What v1 is made of, put together with the first request for it.
import type { Config } from "./config/config.ts";
import { servedZones } from "./configured-check.ts";
import { ApiZones } from "./http/api-zones.ts";
import { CheckRuns } from "./http/v1/check-runs.ts";
import type { V1Means } from "./http/v1/v1-parts.ts";
import type { ApiNeeds } from "./serve-api.ts";
import type { Surroundings } from "./surroundings.ts";
import { version } from "./version.ts";

export function v1Means(
  config: () => Config,
  { store, publishers, hostnames }: ApiNeeds,
  { clock, randomOctets, newUuid, log }: Surroundings,
): V1Means {
  const { checkInTurn: check, busy: waiting } = hostnames;
  return {
    store,
    clock,
    zones: new ApiZones(config().registrationZone, publishers, log),
    acts: { store, clock, randomOctets, newUuid, publishers },
    watch: hostnames.watch,
    checkRuns: new CheckRuns({ check, waiting, clock, newUuid, log }),
    servedZones: () => servedZones(config()),
    edgeTargets: () => config().checks.edgeTargets,
    txtSlots: () => config().dns.txtSlots,
    version: version(),
    startedMs: clock(),
  };
}
