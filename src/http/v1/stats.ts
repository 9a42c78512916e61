import { z } from "zod";
import { HOSTNAME_STATES } from "../../hostname/hostname.ts";
import { type Route, route } from "./route.ts";
import { Timestamp, timestamp } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";

const COUNT = z.int().min(0);

const Stats = z
  .strictObject({
    version: z.string(),
    started_at: Timestamp,
    delegates: z.strictObject({ live: COUNT, locked: COUNT, deleted: COUNT }),
    hostnames: z.strictObject(Object.fromEntries(HOSTNAME_STATES.map((state) => [state, COUNT]))),
    checks_waiting: COUNT.describe(
      "Host names that are to be looked at now, those under way included",
    ),
    newest_event: COUNT.describe("Number of the newest event"),
  })
  .meta({ id: "Stats" });

export function statsRoutes(parts: V1Parts): readonly Route[] {
  const { store, version, startedMs } = parts;
  return [
    route({
      method: "get",
      path: "/stats",
      id: "getStats",
      tag: "Server",
      summary: "How many there are of what",
      scope: "read",
      answers: { 200: Stats },
      async handle() {
        const [delegates, hostnames] = await Promise.all([
          store.countStates(),
          store.hostnames.count(),
        ]);
        const { live, disabled: locked, deleted } = delegates;
        const counts = HOSTNAME_STATES.map((state) => [state, hostnames[state] ?? 0]);
        const body = {
          version,
          started_at: timestamp(startedMs),
          delegates: { live, locked, deleted },
          hostnames: Object.fromEntries(counts),
          checks_waiting: (await parts.watch()).length,
          newest_event: await store.lists.newestEvent(),
        };
        return { status: 200, body };
      },
    }),
  ];
}
