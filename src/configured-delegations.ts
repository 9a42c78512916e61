import type { Config } from "./config/config.ts";
import { delegationsOf, type ZoneDelegation } from "./operate/delegation.ts";
import type { ConfiguredZones } from "./zones.ts";

export interface Delegated extends Pick<ConfiguredZones, "zones"> {
  readonly config: Config;
}

/** The records that lead to the zones of a configuration. */
export function delegationsOfConfig({ config, zones }: Delegated): readonly ZoneDelegation[] {
  const { publicIp, publicIp6 } = config.general;
  return delegationsOf({
    zones,
    publicAddresses: [publicIp, publicIp6].filter((address) => address !== ""),
  });
}
