import { type AllowFrom, parseAllowFrom } from "../delegate/allow-from.ts";
import { type BcryptHash, parseBcryptHash } from "../delegate/bcrypt-hash.ts";
import { type ChallengeDigest, parseChallengeDigest } from "../delegate/challenge-digest.ts";
import { canonicalUsername } from "../delegate/username.ts";
import type { AcmeDnsRow } from "../store/acme-dns-import.ts";

/** What acme-dns has of an account. */
export type AcmeDnsAccount = AcmeDnsRow;

/** What becomes a delegate. */
export interface ImportedAccount {
  readonly username: string;
  readonly bcryptHash: BcryptHash;
  /** Lower case. */
  readonly subdomain: string;
  readonly allowFrom: AllowFrom;
  /** Oldest first. */
  readonly digests: readonly ChallengeDigest[];
}

/** RFC 1123 section 2.1, and underscores, but not in front: names like _dmarc have meanings. */
const LABEL = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;

/** The account, or the reason why it cannot be taken over. */
export function importedAccount(account: AcmeDnsAccount): ImportedAccount | string {
  const username = canonicalUsername(account.username);
  if (username === undefined) return "its user name is no UUID";
  const bcryptHash = parseBcryptHash(account.password);
  if (bcryptHash === undefined) return "its password is no bcrypt hash of cost 4 to 14";
  const subdomain = account.subdomain.toLowerCase();
  if (!LABEL.test(subdomain))
    return "its subdomain is not one label of letters, digits and hyphens";
  const allowFrom = readAllowFrom(account.allowFrom);
  if (allowFrom === undefined) return "its list of allowed networks cannot be read";
  const digests = account.values.map(parseChallengeDigest).filter((each) => each !== undefined);
  return { username, bcryptHash, subdomain, allowFrom, digests };
}

/** How many values are neither digests nor placeholders. */
export function countOtherValues({ values }: AcmeDnsAccount): number {
  return values.filter((each) => each !== "" && parseChallengeDigest(each) === undefined).length;
}

/** Never ignored if it cannot be read: that would open the delegate to the world. */
function readAllowFrom(json: string): AllowFrom | undefined {
  try {
    const entries: unknown = JSON.parse(json === "" ? "[]" : json);
    if (entries === null) return parseAllowFrom([]);
    const isList = Array.isArray(entries) && entries.every((each) => typeof each === "string");
    return isList ? parseAllowFrom(entries) : undefined;
  } catch {
    return undefined;
  }
}
