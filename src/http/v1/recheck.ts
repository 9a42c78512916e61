import { z } from "zod";
import { registrableName } from "../../check/public-suffix.ts";
import { resultOf, STEP_IDS } from "../../check/report.ts";
import { allows } from "../../delegate/token-scope.ts";
import { challengeDomain } from "../../hostname/hostname.ts";
import { publicView } from "../../hostname/public-view.ts";
import { TokenBuckets } from "../../limit/token-buckets.ts";
import type { Looked } from "../../operate/hostname-watch.ts";
import { HostnameWithStory, shownWithStory } from "./hostname-shape.ts";
import { findHostname } from "./hostnames.ts";
import { ProblemError } from "./problem.ts";
import { type Answer, type Route, route } from "./route.ts";
import { notFound, Timestamp, timestamp } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";
import { WAIT_MS, within } from "./within.ts";

const PublicStep = z.strictObject({
  id: z.enum(STEP_IDS),
  status: z.enum(["PASS", "WARN", "FAIL", "SKIP"]),
  code: z.string(),
});

/** For who may not read: nothing that DNS does not tell everybody. */
const PublicCheck = z
  .strictObject({
    name: z.string(),
    checked_at: Timestamp,
    result: z.enum(["pass", "warn", "fail"]),
    records: z.array(
      z.strictObject({
        name: z.string(),
        type: z.enum(["CNAME", "TXT", "CAA"]),
        value: z.string(),
      }),
    ),
    steps: z.array(PublicStep),
  })
  .meta({ id: "PublicCheck" });

/** Looks without login, in all: whoever they are, they cost others no more than that. */
const PUBLIC = { times: 60, intervalMs: 60_000, burst: 60, mostKeys: 1 };
const ALL = "";

export function recheckRoutes(parts: V1Parts): readonly Route[] {
  const buckets = new TokenBuckets(PUBLIC);
  return [
    route({
      method: "post",
      path: "/hostnames/{name}/recheck",
      id: "recheckHostname",
      tag: "Host names",
      summary: "Looks at a host name now; by number or by name",
      description:
        "Once in 10 seconds for each. Answers when it is done, within 10 seconds; otherwise where to look later. Without a token, and with one that does not allow `read` besides `checks`, the answer has the customer's own records alone, and the number is not accepted. All requests without a token together are limited to 60 a minute.",
      scope: "public",
      params: z.strictObject({ name: z.string().min(1).max(255) }),
      answers: { 200: z.union([HostnameWithStory, PublicCheck]), 202: undefined },
      problems: ["not_found", "busy"],
      async handle({ params, caller }) {
        if (caller === undefined) {
          const waitMs = buckets.take(ALL, parts.clock());
          if (waitMs > 0) throw tooMany("too many host names are looked at just now", waitMs);
        }
        const isReader = caller !== undefined && allows(caller.scopes, "read");
        return lookAt(parts, params.name, isReader);
      },
    }),
  ];
}

async function lookAt(parts: V1Parts, name: string, isReader: boolean): Promise<Answer> {
  // A number would tell how many there are.
  if (!isReader && /^[0-9]+$/.test(name)) throw notFound("such host name");
  const record = await findHostname(parts, name);
  const watch = await parts.watch();
  const looked = await within(watch.look(record.id), WAIT_MS);
  if (looked !== undefined) return isReader ? answer(looked, parts) : publicAnswer(looked, parts);
  const later = { "Retry-After": "10" };
  const where = isReader ? { Location: `/api/v1/hostnames/${record.id}` } : {};
  return { status: 202, headers: { ...where, ...later } };
}

async function answer(looked: Looked, parts: V1Parts): Promise<Answer> {
  const { record } = requireLooked(looked);
  const story = await parts.store.hostnames.story(record.id);
  return { status: 200, body: shownWithStory(record, story, parts) };
}

function publicAnswer(looked: Looked, parts: V1Parts): Answer {
  const { record, report } = requireLooked(looked);
  if (report === undefined) throw new ProblemError("busy", "nothing could be asked just now");
  const { records, steps } = publicView(report, registrableName(challengeDomain(record.name)));
  const body = {
    name: record.name,
    checked_at: timestamp(parts.clock()),
    result: resultOf(steps),
    records,
    steps,
  };
  return { status: 200, body };
}

function requireLooked(looked: Looked): Extract<Looked, { kind: "looked" }> {
  switch (looked.kind) {
    case "looked":
      return looked;
    case "too_soon":
      throw tooMany("it was looked at less than 10 seconds ago", looked.waitMs);
    case "busy":
      throw new ProblemError("busy", "too many host names wait already: try again in a minute");
    case "gone":
      throw notFound("such host name any more");
  }
}

function tooMany(why: string, waitMs: number): ProblemError {
  const seconds = Math.max(Math.ceil(waitMs / 1000), 1);
  return new ProblemError("too_many_requests", `${why}: try again in ${seconds} s`, { waitMs });
}
