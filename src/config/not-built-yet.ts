import type { CheckedSetting, CheckedSettings } from "./value-reader.ts";

/**
 * Keys whose mechanism this version does not have. Rows go when the mechanism comes.
 *
 * A key without a row works, is accepted for acme-dns, or only refines a key that has one: the paths
 * of certificates mean nothing while `api.tls` is refused.
 */

/** A protection that somebody relies on: starting without it would be a lie. */
interface Refusal {
  readonly path: string;
  /** The values that can be given. */
  readonly accepted: readonly unknown[];
  readonly why: string;
  readonly instead: string;
}

const REFUSALS: readonly Refusal[] = [
  {
    path: "database.engine",
    accepted: ["sqlite"],
    why: "this version keeps its data in SQLite only",
    instead:
      'set engine = "sqlite" and connection to a new file; accounts of an acme-dns that are there come over with dnsvouch import acme-dns --config FILE',
  },
  {
    path: "api.tls",
    accepted: ["none"],
    why: "this version has no TLS of its own, and keys would be sent in the clear",
    instead: 'set tls = "none" and ip = "127.0.0.1", with a reverse proxy for HTTPS in front',
  },
  {
    path: "policy.approval",
    accepted: ["none"],
    why: "this version has no approval, and new delegates would work at once",
    instead: 'set approval = "none"',
  },
];

/** Keys that change nothing in this version, by what is missing. */
const WITHOUT_EFFECT: readonly { readonly paths: readonly string[]; readonly why: string }[] = [
  {
    paths: ["api.secret_file", "api.tls_bootstrap", "api.hsts_enabled"],
    why: "it belongs to a part of the API that is not built yet",
  },
  {
    paths: ["dns.caa_apex", "dns.caa_delegates"],
    why: "CAA records come from general.records only",
  },
  { paths: ["dns.secondaries", "dns.update_wait"], why: "the zone is not transferred yet" },
  {
    paths: ["naming.default"],
    why: "/register names delegates at random, and POST /api/v1/delegates as each request says",
  },
  { paths: ["naming.tombstone"], why: "names of delegates are never given again" },
  { paths: ["notify.webhook", "notify.ntfy", "notify.smtp"], why: "no messages are sent yet" },
  { paths: ["ct.url"], why: "certificate transparency is not watched yet" },
];

/**
 * What cannot be done with these settings: `problems` if the server would protect less than
 * somebody asked for, `warnings` for the rest.
 */
export function findNotBuiltYet(checked: CheckedSettings): {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
} {
  const problems = REFUSALS.flatMap(({ path, accepted, why, instead }) => {
    const setting = checked.get(path);
    if (!setting || isOneOf(setting.value, accepted)) return [];
    return [`${setting.origin}: ${setting.shown} is refused: ${why}; ${instead}`];
  });
  const warnings = WITHOUT_EFFECT.flatMap(({ paths, why }) =>
    paths.flatMap((path) => {
      const setting = checked.get(path);
      if (!setting || asksForNothing(setting)) return [];
      return [`${setting.shown} has no effect in this version: ${why}`];
    }),
  );
  return { problems, warnings };
}

/** Why a key changes nothing in this version, or only one value of it is accepted; undefined: it works. */
export function whyNotBuiltYet(path: string): string | undefined {
  const refusal = REFUSALS.find((row) => row.path === path);
  if (refusal !== undefined) {
    const accepted = refusal.accepted.map((value) => JSON.stringify(value)).join(", ");
    return `only ${accepted} is accepted, since ${refusal.why}`;
  }
  const row = WITHOUT_EFFECT.find(({ paths }) => paths.includes(path));
  return row && `it has no effect: ${row.why}`;
}

/** What this value of a key cannot do in this version, as it would be told at the start; undefined: nothing. */
export function whyValueIsNotBuilt(
  path: string,
  value: unknown,
): { readonly isRefused: boolean; readonly why: string } | undefined {
  const refusal = REFUSALS.find((row) => row.path === path);
  if (refusal !== undefined) {
    const { accepted, why, instead } = refusal;
    return isOneOf(value, accepted) ? undefined : { isRefused: true, why: `${why}; ${instead}` };
  }
  const row = WITHOUT_EFFECT.find(({ paths }) => paths.includes(path));
  if (row === undefined || isOneOf(value, NOTHING)) return undefined;
  return { isRefused: false, why: row.why };
}

/** Values that ask for nothing, whatever the key is. */
const NOTHING: readonly unknown[] = [undefined, 0, "", false, []];

function asksForNothing({ value, usual }: CheckedSetting): boolean {
  return isOneOf(value, [usual, ...NOTHING]);
}

/** Values are texts, numbers, lists and plain objects, so equal texts mean equal values. */
function isOneOf(value: unknown, values: readonly unknown[]): boolean {
  return values.some((other) => JSON.stringify(other) === JSON.stringify(value));
}
