import { challengeName } from "../../check/name-text.ts";
import type { Report, Step } from "../../check/report.ts";
import { challengeDomain } from "../../hostname/hostname.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { type Html, html, type Piece } from "../html.ts";
import { delegationPath, type Stop } from "../parts/delegation-path.ts";
import type { Tone } from "../parts/tone.ts";
import { agoInWords, counted, shortened } from "../words.ts";
import {
  caaColumn,
  certificateColumn,
  challengeColumn,
  daysLeft,
  isBound,
  placesOf,
  stepOf,
} from "./columns.ts";

/** The way of a challenge from the customer's name to a certificate, as the last check has found it. */
export function pathOf(
  record: HostnameRecord,
  report: Report | undefined,
  { ca, nowMs }: { readonly ca: string; readonly nowMs: number },
): Html {
  const stops = [
    challengeStop(record, report),
    delegateStop(record, report, nowMs),
    caaStop(report, ca),
    certificateStop(report, nowMs),
  ];
  // What comes behind a break is not known to work.
  const broken = stops.findIndex(({ tone }) => tone === "fail");
  return delegationPath(
    stops.map((stop, i) => (broken >= 0 && i === broken ? { ...stop, hop: "stops here" } : stop)),
  );
}

function challengeStop(record: HostnameRecord, report: Report | undefined): Stop {
  const dnssec = stepOf(report?.steps, "dnssec");
  const cname = stepOf(report?.steps, "cname");
  const isBogus = dnssec?.status === "FAIL";
  const column = challengeColumn(report?.steps, record);
  const tone: Tone = isBogus ? "fail" : column.tone;
  return {
    tone,
    label: "Challenge name",
    name: challengeName(challengeDomain(record.name)),
    note: isBogus ? "DNSSEC signatures do not validate" : challengeNote(cname, column.word),
    hop: "CNAME",
  };
}

function challengeNote(cname: Step | undefined, word: Piece): Piece {
  const places = placesOf(cname);
  if (places === undefined) return word;
  // Name servers have several addresses, and each is asked.
  const count = `${places.there} of ${places.all} addresses`;
  if (cname?.code === "ok") return `CNAME verified at ${count}`;
  return cname?.code === "propagating" ? `CNAME at ${count}` : word;
}

function delegateStop(record: HostnameRecord, report: Report | undefined, nowMs: number): Stop {
  const { zone, subdomain, delegate } = record;
  const base = {
    label: "Delegate on this server",
    name: shortened(`${subdomain}.${zone}`),
    hop: "TXT",
  };
  if (delegate.state === "deleted") return { ...base, tone: "fail", note: "Deleted" };
  if (delegate.state === "disabled") return { ...base, tone: "warn", note: "Locked" };
  const updated =
    delegate.lastUpdateMs === undefined
      ? "never updated"
      : html`updated ${agoInWords(delegate.lastUpdateMs, nowMs)}`;
  const target = stepOf(report?.steps, "target");
  if (target === undefined || target.status === "SKIP") {
    return { ...base, tone: "idle", note: html`Live, ${updated}` };
  }
  if (target.status === "FAIL") return { ...base, tone: "fail", note: "Is not found from outside" };
  return { ...base, tone: "ok", note: html`Answers TXT, ${updated}` };
}

function caaStop(report: Report | undefined, ca: string): Stop {
  const step = stepOf(report?.steps, "caa");
  const column = caaColumn(report?.steps, ca);
  const owner = typeof step?.found === "object" && step.found !== null ? step.found.owner : "";
  const words: Readonly<Partial<Record<Tone, Piece>>> = {
    fail: owner === "" ? "CAA cannot be read" : `Forbidden by ${owner}`,
    warn: "Any CA may issue: no CAA",
    ok: step !== undefined && isBound(step) ? "CAA bound to an account" : "CAA allows it",
  };
  // That any authority may issue is advice, and keeps nobody from going on.
  const tone = column.tone === "warn" ? "ok" : column.tone;
  return {
    tone,
    label: "CA permission",
    name: ca,
    note: words[column.tone] ?? column.word,
    hop: "issues",
  };
}

function certificateStop(report: Report | undefined, nowMs: number): Stop {
  const traffic = stepOf(report?.steps, "traffic");
  const tls = stepOf(report?.steps, "tls");
  const column = certificateColumn(report?.steps, nowMs);
  const days = tls === undefined ? undefined : daysLeft(tls, nowMs);
  const found = typeof traffic?.found === "string" ? traffic.found.replace(/^CNAME /, "") : "";
  return {
    tone: column.tone,
    label: "Certificate in use",
    name: found.split(", ")[0] || report?.domain || "—",
    note: days === undefined ? column.word : endInWords(days),
  };
}

function endInWords(days: number): string {
  if (days === 0) return "Ends today";
  return days < 0 ? `Ended ${counted(-days, "day")} ago` : `${counted(days, "day")} left`;
}
