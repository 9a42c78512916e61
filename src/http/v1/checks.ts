import { z } from "zod";
import type { CheckRun } from "./check-runs.ts";
import { ProblemError } from "./problem.ts";
import { REPORT_SO_FAR } from "./report-shape.ts";
import { type Answer, type Route, route } from "./route.ts";
import { EdgeTargets, notFound, Timestamp, timestamp } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";
import { WAIT_MS, within } from "./within.ts";

const Check = z
  .strictObject({
    id: z.uuid(),
    state: z.enum(["running", "done", "failed"]),
    started_at: Timestamp,
    ...REPORT_SO_FAR,
    why: z.string().nullable().describe("Why there is no report"),
  })
  .meta({ id: "Check" });

const Name = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9._-]+$/);

const NewCheck = z
  .strictObject({
    domain: z
      .string()
      .min(1)
      .max(300)
      .describe("As on the command line: *. asks about the wildcard"),
    delegate: Name.optional().describe(
      "Where its CNAME must end; any delegate of this server by default",
    ),
    wildcard: z.boolean().default(false),
    ca: Name.optional().describe("Issuer name of CAA records; letsencrypt.org by default"),
    account_uri: z.string().max(500).optional(),
    method: z
      .string()
      .max(64)
      .regex(/^[A-Za-z0-9-]+$/)
      .optional(),
    edge_targets: EdgeTargets.optional(),
  })
  .meta({ id: "NewCheck" });

const TAG = "Checks";

export function checkRoutes({ checkRuns }: V1Parts): readonly Route[] {
  return [
    route({
      method: "post",
      path: "/checks",
      id: "createCheck",
      tag: TAG,
      summary: "Checks any domain, as dnsvouch check does",
      description: "Answers when it is done, within 10 seconds; otherwise where to look later.",
      scope: "checks",
      body: NewCheck,
      answers: { 200: Check, 202: Check },
      problems: ["busy"],
      async handle({ body }) {
        const run = checkRuns.start({
          domain: body.domain,
          delegate: body.delegate,
          isWildcard: body.wildcard,
          edgeTargets: body.edge_targets,
          ca: body.ca,
          accountUri: body.account_uri,
          method: body.method,
        });
        if (run === undefined) {
          throw new ProblemError("busy", "too many checks wait already: try again in a minute");
        }
        await within(run.done, WAIT_MS);
        return answerOf(run);
      },
    }),
    route({
      method: "get",
      path: "/checks/{id}",
      id: "getCheck",
      tag: TAG,
      summary: "A check and what it came to; remembered for a while",
      scope: "checks",
      params: z.strictObject({ id: z.uuid() }),
      answers: { 200: Check, 202: Check },
      problems: ["not_found"],
      async handle({ params }) {
        const run = checkRuns.find(params.id);
        if (run === undefined)
          throw notFound(`check ${params.id}, or it is forgotten: ask for another`);
        return answerOf(run);
      },
    }),
  ];
}

function answerOf({ id, domain, startedMs, outcome }: CheckRun): Answer {
  const { state } = outcome;
  const nothing = { domain, result: null, steps: [] };
  const body = {
    id,
    state,
    started_at: timestamp(startedMs),
    ...(outcome.state === "done" ? outcome.report : nothing),
    why: outcome.state === "failed" ? outcome.why : null,
  };
  const isRunning = state === "running";
  return {
    status: isRunning ? 202 : 200,
    body,
    headers: isRunning ? { Location: `/api/v1/checks/${id}`, "Retry-After": "5" } : {},
  };
}
