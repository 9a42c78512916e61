import type { AnyRecord } from "./message.ts";
import { canonicalAddress } from "./special-address.ts";

/** Of A and AAAA records, canonical. */
export function addressesIn(records: readonly AnyRecord[]): string[] {
  return records.flatMap((record) =>
    record.rrtype === "A" || record.rrtype === "AAAA" ? [canonicalAddress(record.address)] : [],
  );
}

/** What the NS records of a name say. */
export function nameserversIn(records: readonly AnyRecord[], owner: string): string[] {
  return records.flatMap((record) =>
    record.rrtype === "NS" && record.owner === owner ? [record.target] : [],
  );
}
