import type { Status } from "../../check/report.ts";
import type { HostnameState } from "../../hostname/hostname.ts";
import { isRecordLost } from "../../hostname/lost-record.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { capitalised } from "../words.ts";
import type { Icon } from "./icon.ts";

/** What colours a part: nothing is ever said by it alone. */
export type Tone = "ok" | "busy" | "warn" | "fail" | "idle";

/** In the order in which somebody should look at them. */
const TONES: Readonly<Record<HostnameState, Tone>> = {
  error: "fail",
  conflict: "fail",
  misdirected: "fail",
  "caa-blocked": "fail",
  "dnssec-bogus": "fail",
  stale: "warn",
  offboarding: "warn",
  never_pointed: "warn",
  orphaned: "warn",
  propagating: "busy",
  pending: "idle",
  ready: "busy",
  locked: "idle",
  active: "ok",
};

/** Every state, those first that somebody should look at. */
export const STATES_BY_URGENCY: readonly HostnameState[] = Object.keys(TONES) as HostnameState[];

export function toneOf(state: HostnameState): Tone {
  return TONES[state];
}

/** As `toneOf`; one whose record is gone is not as calm as others that are pending. */
export function toneOfHostname(record: HostnameRecord): Tone {
  return isRecordLost(record) ? "warn" : toneOf(record.state);
}

export function needsAttention(state: HostnameState): boolean {
  return TONES[state] === "fail" || TONES[state] === "warn";
}

const WORDS: Readonly<Partial<Record<HostnameState, string>>> = {
  "caa-blocked": "CAA blocked",
  "dnssec-bogus": "DNSSEC bogus",
};

export function wordOf(state: HostnameState): string {
  return WORDS[state] ?? capitalised(state.replace("_", " "));
}

export function wordOfHostname(record: HostnameRecord): string {
  return isRecordLost(record) ? "Record gone" : wordOf(record.state);
}

const RESULTS: Readonly<Record<Status, { readonly tone: Tone; readonly icon: Icon }>> = {
  PASS: { tone: "ok", icon: "pass" },
  WARN: { tone: "warn", icon: "warn" },
  FAIL: { tone: "fail", icon: "fail" },
  SKIP: { tone: "idle", icon: "skip" },
};

export function toneOfResult(status: Status): { readonly tone: Tone; readonly icon: Icon } {
  return RESULTS[status];
}
