import type { Code } from "../../check/report.ts";
import { challengeDomain, type HostnameState } from "../../hostname/hostname.ts";
import { isRecordLost } from "../../hostname/lost-record.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { html, type Piece } from "../html.ts";
import { spanInWords } from "../words.ts";

/** Where the reason says more than the state, or something else. */
const BY_REASON: Readonly<Partial<Record<Code | "confirming", string>>> = {
  confirming: "Everything is right. It is looked at again before that counts.",
  "caa-servfail": "Nobody says what its CAA records allow, so that no CA may issue.",
  "zone-not-found": "There is no such zone: its name is not registered, or has no name servers.",
  "zone-address-private": "Its name servers have private addresses, which nobody else reaches.",
  "target-unreachable": "Its record is right, and no answer comes about its delegate.",
};

/** The states of which the reasons above are. */
const WITH_REASON: ReadonlySet<HostnameState> = new Set(["propagating", "caa-blocked", "error"]);

/** What a state means for a host name, in one sentence. */
export function stateSentence(record: HostnameRecord, nowMs: number): Piece {
  const { name, state, reason, sinceMs, delegate } = record;
  const updatedMs = delegate.lastUpdateMs;
  if (isRecordLost(record)) return "The record that led here is gone; renewals fail.";
  const why = WITH_REASON.has(state) ? BY_REASON[reason as Code] : undefined;
  if (why !== undefined) return why;
  const words: Readonly<Record<HostnameState, Piece>> = {
    pending: html`No record at <code>_acme-challenge.${challengeDomain(name)}</code> leads here yet.`,
    propagating: "The record is there, and not seen everywhere yet.",
    ready: "Everything is set up; no value was published and asked for since it was added.",
    active: `Renews without its owner, for ${spanInWords(nowMs - sinceMs)} now.`,
    stale:
      updatedMs === undefined
        ? "No update has come for longer than a renewal takes."
        : `No update has come for ${spanInWords(nowMs - updatedMs)}.`,
    misdirected: "The record leads somewhere else.",
    conflict: "Another record stands where the CNAME belongs.",
    "caa-blocked": "CAA records keep the CA from issuing.",
    "dnssec-bogus":
      "The signatures of its zone do not validate, so that no CA believes anything it says.",
    never_pointed: "The record is right, and its traffic has never come to you.",
    offboarding: "Its traffic has left you; the CNAME still leads here.",
    locked: "Its delegate is locked: nothing is published, and no key works.",
    orphaned: "Its delegate was deleted; the CNAME still leads to it.",
    error: "It could not be looked at.",
  };
  return words[state];
}
