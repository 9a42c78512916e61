import { z } from "zod";
import { hostnameIn } from "../../audit/audit-entry.ts";
import { HOSTNAME_STATES } from "../../hostname/hostname.ts";
import type { EventKind, EventRow } from "../../store/lists.ts";
import { ProblemError } from "./problem.ts";
import { type Route, route } from "./route.ts";
import { MOST_OF_PAGE, PAGE, page, pageOf, Timestamp, timestamp } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";

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
const TYPES = Object.keys(KINDS);
const GROUPS = [...new Set(TYPES.map((type) => type.split(".", 1)[0] ?? ""))];

const Event = z
  .strictObject({
    id: z.int().min(1).describe("Rises by one; a gap is the end of what is kept"),
    at: Timestamp,
    type: z.enum(TYPES),
    result: z.string().describe("accepted, or why it was refused"),
    delegate: z.strictObject({ id: z.int(), fulldomain: z.string() }).nullable(),
    key: z.int().nullable(),
    hostname: z.string().nullable(),
    detail: z.string().nullable(),
    peer: z.string().describe("Address of the connection, or who it was on this machine"),
    forwarded: z.string().nullable().describe("Address of the client, by a trusted proxy"),
  })
  .meta({ id: "Event" });

const EventsQuery = z.strictObject({
  after: PAGE.after,
  limit: z.int().min(1).max(MOST_OF_PAGE).default(100),
  type: z
    .enum([...TYPES, ...GROUPS])
    .optional()
    .describe("One type, or all of a group"),
});

export function eventRoutes({ store }: V1Parts): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/events",
      id: "listEvents",
      tag: "Events",
      summary: "What has happened, in its order",
      description:
        "Rows of the audit trail. `next` is null behind the newest one: ask again later with `after` of the last event that was seen.",
      scope: "read",
      query: EventsQuery,
      answers: { 200: pageOf(Event) },
      async handle({ query }) {
        const { after, limit, type } = query;
        const kinds = kindsOf(type);
        const { rows, lookedTo } = await store.lists.events({ after, most: limit + 1, kinds });
        const numbered = rows.map((row) => ({ ...row, id: row.sequence }));
        return { status: 200, body: page(numbered, limit, shown, lookedTo) };
      },
    }),
  ];
}

function kindsOf(type: string | undefined): readonly EventKind[] | undefined {
  if (type === undefined) return undefined;
  const one = KINDS[type];
  if (one !== undefined) return [one];
  const kinds = Object.entries(KINDS).filter(([name]) => name.startsWith(`${type}.`));
  if (kinds.length > 0) return kinds.map(([, kind]) => kind);
  throw new ProblemError("invalid_request", `there is no event ${type}`);
}

function shown(row: EventRow) {
  const { sequence, timeMs, action, result, delegateId, credentialId, detail } = row;
  const isAboutHostname = action.startsWith("hostname.");
  return {
    id: sequence,
    at: timestamp(timeMs),
    type: typeOf(row),
    result,
    delegate:
      delegateId === null || row.delegate === null
        ? null
        : { id: delegateId, fulldomain: row.delegate },
    key: credentialId,
    hostname: isAboutHostname && detail !== null ? hostnameIn(detail) : null,
    detail,
    peer: row.peer,
    forwarded: row.forwarded,
  };
}

function typeOf({ action, result }: EventRow): string {
  const isAccepted = result === "accepted";
  const found = Object.entries(KINDS).find(
    ([, kind]) =>
      kind.action === action && (kind.isAccepted === undefined || kind.isAccepted === isAccepted),
  );
  return found?.[0] ?? action;
}
