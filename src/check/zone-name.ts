import { isAtOrBelow } from "./name-text.ts";
import { registrableName } from "./public-suffix.ts";
import type { Report } from "./report.ts";

/**
 * The zone that records of a domain are entered in: as the last check has found it. What was not looked at is taken to
 * be in the zone of the registered name, which is so for most.
 */
export function zoneNameOf(report: Pick<Report, "steps"> | undefined, domain: string): string {
  const zone = report?.steps.find(({ id }) => id === "zone");
  // judgeZone writes its apex first; only a step that has passed names what was found there.
  const apex = zone?.status === "PASS" ? String(zone.found).split(",", 1)[0] : undefined;
  const isZone = apex !== undefined && apex !== "" && isAtOrBelow(domain, apex);
  return isZone ? apex : registrableName(domain);
}
