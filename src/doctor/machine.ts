import { type Finding, fail, pass, warn } from "./finding.ts";

/** What better-sqlite3 and type stripping need: docs/adr/0002. */
const OLDEST_NODE = [24, 12] as const;

/** @param version such as v24.12.0 */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const isNew = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  if (isNew) return pass("node", version);
  return fail("node", version, `run dnsvouch with Node ${OLDEST_NODE.join(".")} or newer`);
}

export interface ClockFacts {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** The newest time that was written down by this clock; undefined if there is none. */
  readonly newestMs: number | undefined;
  /** What the system says of its synchronisation; undefined if it says nothing. */
  readonly isSynchronized: boolean | undefined;
}

/** Two clocks may differ by that much without any harm. */
const SLACK_MS = 5 * 60_000;

/** Certificates, tokens and ages are judged by the clock; what is published is not. */
export function judgeClock({ nowMs, newestMs, isSynchronized }: ClockFacts): Finding {
  const now = new Date(nowMs).toISOString();
  const howTo = "set the clock, and keep it right with NTP (timedatectl set-ntp true)";
  if (newestMs !== undefined && newestMs - nowMs > SLACK_MS) {
    const newest = new Date(newestMs).toISOString();
    return fail("clock", `it is ${now}, but the audit trail has an entry of ${newest}`, howTo);
  }
  if (isSynchronized === false) {
    return warn("clock", `it is ${now}, and no time server has confirmed that`, howTo);
  }
  return pass("clock", isSynchronized === true ? `${now}, synchronized` : now);
}

/** Warnings that a start prints, each a finding. */
export function judgeConfiguration(
  file: string | undefined,
  warnings: readonly string[],
): Finding[] {
  const where = file ?? "defaults and the environment";
  if (warnings.length === 0) return [pass("configuration", where)];
  return warnings.map((text) =>
    warn(
      "configuration",
      text,
      `change or remove it (${where}); dnsvouch config show --origin tells where it is set`,
    ),
  );
}
