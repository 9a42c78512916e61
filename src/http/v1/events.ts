import { z } from "zod";
import type { EventRow } from "../../store/lists.ts";
import { EVENT_GROUPS, EVENT_TYPES, hostnameOf, kindsOf, typeOf } from "./event-types.ts";
import { type Route, route } from "./route.ts";
import { MOST_OF_PAGE, PAGE, page, pageOf, Timestamp, timestamp } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";

const Event = z
  .strictObject({
    id: z.int().min(1).describe("Rises by one; a gap is the end of what is kept"),
    at: Timestamp,
    type: z.enum(EVENT_TYPES),
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
    .enum([...EVENT_TYPES, ...EVENT_GROUPS])
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
        const kinds = type === undefined ? undefined : kindsOf(type);
        const { rows, lookedTo } = await store.lists.events({ after, most: limit + 1, kinds });
        const numbered = rows.map((row) => ({ ...row, id: row.sequence }));
        return { status: 200, body: page(numbered, limit, shown, lookedTo) };
      },
    }),
  ];
}

function shown(row: EventRow) {
  const { sequence, timeMs, result, delegateId, credentialId, detail } = row;
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
    hostname: hostnameOf(row) ?? null,
    detail,
    peer: row.peer,
    forwarded: row.forwarded,
  };
}
