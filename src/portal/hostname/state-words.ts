import { challengeDomain, type HostnameState } from "../../hostname/hostname.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { html, type Piece } from "../html.ts";
import { spanInWords } from "../words.ts";

/** What a state means for a host name, in one sentence. */
export function stateSentence(record: HostnameRecord, nowMs: number): Piece {
  const { name, state, sinceMs, delegate } = record;
  const updatedMs = delegate.lastUpdateMs;
  const words: Readonly<Record<HostnameState, Piece>> = {
    pending: html`No record at <code>_acme-challenge.${challengeDomain(name)}</code> leads here yet.`,
    propagating: "The record is there, and not seen everywhere yet.",
    ready: "Everything is set up; no certificate was ordered yet.",
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
