/**
 * What the audit trail says. It never has what was sent as a key, a token or a body, in no form: an
 * attacker who reads it learns who did what and nothing to do it with.
 */

/** Where an act came from. */
export interface Origin {
  /** The address of the connection, or "command line". */
  readonly peer: string;
  /** The client's address by the word of a trusted proxy; undefined without one. */
  readonly forwarded: string | undefined;
  /** Whose right it was, such as "token 3"; undefined where the act itself says it. */
  readonly by?: string | undefined;
}

/** An administrator at this machine. */
export const COMMAND_LINE: Origin = { peer: "command line", forwarded: undefined };

export type AuditAction =
  | "register"
  | "update"
  | "credential.create"
  | "credential.rotate"
  | "credential.revoke"
  | "delegate.label"
  | "delegate.change"
  | "delegate.disable"
  | "delegate.enable"
  | "delegate.delete"
  | "delegate.restore"
  | "token.create"
  | "token.revoke"
  | "user.create"
  | "user.change"
  | "user.delete"
  | "user.password"
  /** Somebody signed in to the portal, tried to, or signed out. */
  | "auth.login"
  | "auth.logout"
  | "link.create"
  | "link.revoke"
  | "check"
  /** A state that a host name came into, or what somebody did with it. */
  | `hostname.${string}`
  | "storage.get"
  | "storage.put"
  | "import"
  | "restore"
  | "audit.prune"
  | "audit.omit";

/** The server itself, by its clock. */
export const SERVER: Origin = { peer: "server", forwarded: undefined };

/** What a row about a host name says: its name, which has no colon, and a text that may be empty. */
export function hostnameDetail(name: string, text: string): string {
  return text === "" ? name : `${name}: ${text}`;
}

/** The name in such a text. */
export function hostnameIn(detail: string): string {
  return detail.split(/[:;]/, 1)[0] ?? "";
}

export type AuditResult =
  | "accepted"
  /** The user name is none that exists, or has the form of none. */
  | "unknown_user"
  | "wrong_key"
  | "credential_revoked"
  | "credential_expired"
  | "delegate_disabled"
  | "delegate_deleted"
  /** The address is not in allowfrom, or not in api.registration_sources. */
  | "source_not_allowed"
  /** The key is right, and the body names another delegate or none. */
  | "other_subdomain"
  | "zone_not_served"
  | "bad_value"
  | "token_required"
  /** The token is right, and does not allow that. */
  | "scope_required"
  | "registration_closed"
  /** By a limit of the source or of all. */
  | "limited"
  | "busy";

export interface AuditEntry {
  /** Milliseconds since 1970, for display only: the order is that of the sequence. */
  readonly timeMs: number;
  readonly action: AuditAction;
  readonly result: AuditResult;
  /** Row numbers of the store. */
  readonly delegateId?: number | undefined;
  readonly credentialId?: number | undefined;
  readonly origin: Origin;
  /** What there is to say besides; see `shownUsername`. */
  readonly detail?: string | undefined;
}

const LONGEST_USERNAME_OCTETS = 64;
/** What a key looks like: somebody has taken one for the other. */
const KEY_FORM = /^[A-Za-z0-9_-]{40}$/;

/** A user name that nobody has, for the trail: at most 64 octets of printable ASCII, the rest escaped. */
export function shownUsername(claimed: string): string {
  if (KEY_FORM.test(claimed)) return "(it has the form of a key)";
  let shown = "";
  for (const octet of Buffer.from(claimed.slice(0, LONGEST_USERNAME_OCTETS), "utf8")) {
    const isPlain = octet > 0x20 && octet < 0x7f && octet !== 0x5c && octet !== 0x22;
    // As in zone files (RFC 1035 section 5.1): a backslash and three decimal digits.
    const next = isPlain ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, "0")}`;
    if (shown.length + next.length > LONGEST_USERNAME_OCTETS) break;
    shown += next;
  }
  return shown;
}
