import { hostnameIn } from "../../audit/audit-entry.ts";
import { HOSTNAME_STATES } from "../../hostname/hostname.ts";
import type { EventKind, EventRow } from "../../store/lists.ts";

/** Names of events, and the rows of the trail that they stand for. */
const KINDS: Readonly<Record<string, EventKind>> = {
  "delegate.created": { action: "register", isAccepted: true },
  "delegate.refused": { action: "register", isAccepted: false },
  "delegate.changed": { action: "delegate.change" },
  "delegate.labelled": { action: "delegate.label" },
  "delegate.locked": { action: "delegate.disable" },
  "delegate.unlocked": { action: "delegate.enable" },
  "delegate.deleted": { action: "delegate.delete" },
  "delegate.restored": { action: "delegate.restore" },
  "key.created": { action: "credential.create" },
  "key.rotated": { action: "credential.rotate" },
  "key.revoked": { action: "credential.revoke" },
  "key.checked": { action: "check" },
  "update.accepted": { action: "update", isAccepted: true },
  "update.refused": { action: "update", isAccepted: false },
  "token.created": { action: "token.create" },
  "token.revoked": { action: "token.revoke" },
  "user.created": { action: "user.create" },
  "user.changed": { action: "user.change" },
  "user.deleted": { action: "user.delete" },
  "user.password_changed": { action: "user.password" },
  "auth.login": { action: "auth.login", isAccepted: true },
  "auth.failed": { action: "auth.login", isAccepted: false },
  "auth.logout": { action: "auth.logout" },
  "link.created": { action: "link.create" },
  "link.revoked": { action: "link.revoke" },
  "storage.read": { action: "storage.get" },
  "storage.written": { action: "storage.put" },
  "server.imported": { action: "import" },
  "server.restored": { action: "restore" },
  "audit.pruned": { action: "audit.prune" },
  "audit.omitted": { action: "audit.omit" },
  ...Object.fromEntries(
    ["created", "changed", "deleted", ...HOSTNAME_STATES].map((what) => [
      `hostname.${what}`,
      { action: `hostname.${what}` },
    ]),
  ),
};

/** What an event can be, such as "update.accepted". */
export const EVENT_TYPES: readonly string[] = Object.keys(KINDS);

/** What types begin with, such as "update". */
export const EVENT_GROUPS: readonly string[] = [
  ...new Set(EVENT_TYPES.map((type) => type.split(".", 1)[0] ?? "")),
];

/** The rows of a type, or of all types of a group; none if there is no such one. */
export function kindsOf(type: string): readonly EventKind[] {
  return Object.entries(KINDS)
    .filter(([name]) => name === type || name.startsWith(`${type}.`))
    .map(([, kind]) => kind);
}

/** The type of a row. */
export function typeOf({ action, result }: Pick<EventRow, "action" | "result">): string {
  const isAccepted = result === "accepted";
  const found = Object.entries(KINDS).find(
    ([, kind]) =>
      kind.action === action && (kind.isAccepted === undefined || kind.isAccepted === isAccepted),
  );
  return found?.[0] ?? action;
}

/** The host name that a row is about, if it is about one. */
export function hostnameOf({
  action,
  detail,
}: Pick<EventRow, "action" | "detail">): string | undefined {
  const isAboutHostname = action.startsWith("hostname.") || action.startsWith("link.");
  return isAboutHostname && detail !== null ? hostnameIn(detail) : undefined;
}
