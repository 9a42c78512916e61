import { Rcode } from "../../dns/iana.ts";
import type { DelegateValues } from "../../zone/challenges.ts";
import type { Zone } from "../../zone/zone.ts";
import { negative } from "../respond.ts";
import { type PackedAnswer, packAnswer } from "./packed-answer.ts";

/** What the answers about the delegates of a zone are made of. */
export interface PlainZone {
  /** Its number in the table of delegates. */
  readonly number: number;
  /** Of the TXT RRsets, seconds. */
  readonly ttl: number;
  /** For a delegate that has nothing of the type. */
  readonly nodata: PackedAnswer;
}

export function plainZone(zone: Zone, { number, ttl }: DelegateValues): PlainZone {
  return {
    number,
    ttl,
    nodata: packAnswer(zone.apex, negative(Rcode.NOERROR, [], zone.soa(0))),
  };
}
