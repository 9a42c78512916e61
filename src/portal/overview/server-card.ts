import { isBackupOld } from "../../operate/backup-files.ts";
import { type Html, html } from "../html.ts";
import { badge, resultBadge } from "../parts/badge.ts";
import { card, smallLink } from "../parts/card.ts";
import { sum } from "../parts/chart.ts";
import { facts } from "../parts/facts.ts";
import type { DoctorRun, PortalOptions, ServerFacts } from "../portal-parts.ts";
import { agoInWords, grouped } from "../words.ts";
import type { OverviewView } from "./overview-view.ts";

/** How the server itself is, as far as it knows without looking further. */
export function serverCard({ parts, visit, activity, server }: OverviewView): Html {
  const { checks } = server;
  const isHealthy = Object.values(checks).every((each) => each);
  return card({
    title: "Server",
    aside: isHealthy
      ? badge({ tone: "ok", icon: "active", word: "Healthy" })
      : badge({ tone: "fail", icon: "error", word: "Degraded" }),
    body: html`${facts([
      ["Storage", tried(checks["storage"], "Can be written", "Cannot be written")],
      ["DNS", dnsBadge(checks)],
      ["Backup", backupBadge(server, visit.nowMs)],
      ["Updates 24 h", updatesBadge(activity)],
      ["Registration", registrationBadge(parts.options().registration)],
      ["Doctor", doctorBadge(parts.doctor.latest, visit.nowMs)],
    ])}${smallLink("/doctor", "Open the doctor")}`,
  });
}

function tried(isTrue: boolean | undefined, yes: string, no: string): Html {
  if (isTrue === undefined) return resultBadge("SKIP", "Not known");
  return isTrue ? resultBadge("PASS", yes) : resultBadge("FAIL", no);
}

function dnsBadge(checks: Readonly<Record<string, boolean>>): Html {
  const udp = checks["dns_udp"];
  const tcp = checks["dns_tcp"];
  if (udp === false || tcp === false) {
    return resultBadge("FAIL", udp === false ? "No answer over UDP" : "No answer over TCP");
  }
  return resultBadge("PASS", "Answers over UDP and TCP");
}

/** By the rule of the doctor. */
function backupBadge(
  { makesBackups, lastBackupMs, backupEverySeconds }: ServerFacts,
  nowMs: number,
): Html {
  if (!makesBackups) return resultBadge("WARN", "None is made");
  if (lastBackupMs === undefined) return resultBadge("WARN", "None yet");
  const isOld = isBackupOld(nowMs - lastBackupMs, backupEverySeconds);
  return resultBadge(isOld ? "WARN" : "PASS", agoInWords(lastBackupMs, nowMs));
}

function updatesBadge(activity: OverviewView["activity"]): Html {
  const accepted = sum(activity.map(({ counts }) => counts.updates_accepted));
  const refused = sum(activity.map(({ counts }) => counts.updates_refused));
  const words = `${grouped(accepted)}, ${refused === 0 ? "none" : grouped(refused)} refused`;
  return resultBadge(refused === 0 ? "PASS" : "WARN", words);
}

function registrationBadge(registration: PortalOptions["registration"]): Html {
  if (registration === "open") return resultBadge("WARN", "Open to anyone");
  return resultBadge("PASS", registration === "token" ? "With a token" : "Closed");
}

function doctorBadge(latest: DoctorRun | undefined, nowMs: number): Html {
  if (latest === undefined) return resultBadge("SKIP", "Has not looked yet");
  const { findings } = latest;
  if (typeof findings === "string") return resultBadge("FAIL", "Could not look");
  const count = (status: string): number =>
    findings.filter((finding) => finding.status === status).length;
  const [fails, warns] = [count("FAIL"), count("WARN")];
  if (fails > 0) return resultBadge("FAIL", `${fails} wrong, ${warns} to improve`);
  if (warns > 0) return resultBadge("WARN", `${warns} to improve`);
  return resultBadge("PASS", html`All well ${agoInWords(latest.endedMs, nowMs)}`);
}
