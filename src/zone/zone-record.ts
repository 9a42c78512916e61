import { type Name, ROOT } from "../dns/name.ts";
import { type ParsedRecord, parseRecord } from "../dns/presentation.ts";

/**
 * Reads a record of a configuration with several zones: names without a final dot are relative to
 * `origin`, unless they already end in one of the zones (docs/adr/0008). Throws PresentationError.
 *
 * The parser knows one origin. Where it reads a name alike with a zone and with the root as the
 * origin, the name is absolute or ends in that zone.
 */
export function readZoneRecord(text: string, origin: Name, apexes: readonly Name[]): ParsedRecord {
  const absolute = parseRecord(text, ROOT);
  const relative = parseRecord(text, origin);
  const readings = apexes.map((apex) => parseRecord(text, apex));
  const isOwnerAbsolute = readings.some(({ owner }) => owner.equals(absolute.owner));
  const isRdataAbsolute = readings.some(({ rdata }) => areEqual(rdata, absolute.rdata));
  const { rdata, relativeNames } = isRdataAbsolute ? absolute : relative;
  const { owner } = isOwnerAbsolute ? absolute : relative;
  return { ...relative, owner, rdata, relativeNames };
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
