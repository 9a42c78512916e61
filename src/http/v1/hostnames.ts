import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { checkInput } from "../../check/input.ts";
import { HOSTNAME_STATES } from "../../hostname/hostname.ts";
import { type HostnameRecord, MOST_HOSTNAMES } from "../../store/hostnames.ts";
import type { DelegateDetails } from "../../store/lists.ts";
import { findDelegate } from "./delegate-shape.ts";
import { answerWithEtag, changedSince, expectsEtag, requireMatch, withEtag } from "./etag.ts";
import { Hostname, HostnameWithStory, shownHostname, shownWithStory } from "./hostname-shape.ts";
import { ProblemError } from "./problem.ts";
import { type Route, route } from "./route.ts";
import {
  EdgeTargets,
  ID,
  IdParam,
  LabelFilter,
  LabelPatch,
  labelChangesOf,
  labelFilterOf,
  NewLabels,
  notFound,
  PAGE,
  page,
  pageOf,
  ShortText,
} from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";

const NewHostname = z
  .strictObject({
    name: z.string().min(1).max(255).describe("A host name; *.example.com for a wildcard"),
    tenant: ShortText.optional().describe("That of the delegate by default"),
    labels: NewLabels.default({}),
    edge_targets: EdgeTargets.default([]),
  })
  .meta({ id: "NewHostname" });

const HostnamePatch = z
  .strictObject({
    tenant: ShortText.optional(),
    labels: LabelPatch.optional(),
    edge_targets: EdgeTargets.optional(),
  })
  .meta({ id: "HostnamePatch" });

const FILTERS = {
  state: z.enum(HOSTNAME_STATES).optional(),
  tenant: ShortText.optional(),
  label: LabelFilter.optional(),
  q: z.string().min(1).max(253).optional().describe("Part of the name"),
};
const ListQuery = z.strictObject({ ...PAGE, ...FILTERS });

const OfDelegate = z.strictObject({ id: ID, hostname: ID });

const TAG = "Host names";

export function hostnameRoutes(parts: V1Parts): readonly Route[] {
  const { hostnames } = parts.store;
  const withStory = async (record: HostnameRecord): Promise<object> =>
    shownWithStory(record, await hostnames.story(record.id), parts);
  const list = async (delegateId: number | undefined, query: z.infer<typeof ListQuery>) => {
    const { after, limit, state, tenant, label, q } = query;
    const filter = { state, tenant, label: labelFilterOf(label), q: q?.toLowerCase() };
    const all = { delegateId, ...filter, after, most: limit + 1 };
    const { rows, lookedTo } = await hostnames.list(all);
    const body = page(rows, limit, (record) => shownHostname(record, parts), lookedTo);
    return { status: 200, body };
  };
  const find = async ({ id, hostname }: z.infer<typeof OfDelegate>): Promise<HostnameRecord> => {
    const record = await hostnames.find(hostname);
    if (record?.delegateId === id) return record;
    throw notFound(`host name ${hostname} of delegate ${id}`);
  };
  return [
    route({
      method: "get",
      path: "/hostnames",
      id: "listHostnames",
      tag: TAG,
      summary: "Host names of all delegates",
      scope: "read",
      query: ListQuery,
      answers: { 200: pageOf(Hostname) },
      handle: ({ query }) => list(undefined, query),
    }),
    route({
      method: "get",
      path: "/delegates/{id}/hostnames",
      id: "listHostnamesOfDelegate",
      tag: TAG,
      summary: "Host names of one delegate",
      scope: "read",
      params: IdParam,
      query: ListQuery,
      answers: { 200: pageOf(Hostname) },
      problems: ["not_found"],
      async handle({ params, query }) {
        await findDelegate(parts, params.id);
        return list(params.id, query);
      },
    }),
    route({
      method: "post",
      path: "/delegates/{id}/hostnames",
      id: "createHostname",
      tag: TAG,
      summary: "A name that a customer is to have certificates for",
      description:
        "It is `pending` and looked at right away. A name belongs to one delegate; that of a deleted delegate moves.",
      scope: "delegates",
      params: IdParam,
      body: NewHostname,
      answers: { 201: Hostname },
      problems: ["not_found", "name_taken", "wrong_state", "too_many"],
      isIdempotent: true,
      async handle({ params, body, origin }) {
        const delegate = await findDelegate(parts, params.id);
        refuseInstant(parts, delegate);
        const name = hostNameIn(body.name);
        const created = await hostnames.create({
          delegateId: params.id,
          name,
          tenant: body.tenant ?? delegate.tenant,
          labels: body.labels,
          edgeTargets: body.edge_targets,
          timeMs: parts.clock(),
          origin,
        });
        if (created === "gone") {
          throw new ProblemError(
            "wrong_state",
            `delegate ${params.id} is deleted: restore it first`,
          );
        }
        if (created === "taken") {
          throw new ProblemError(
            "name_taken",
            `${name} belongs to a delegate already: delete it there first`,
          );
        }
        if (created === "full") {
          throw new ProblemError("too_many", `a delegate has ${MOST_HOSTNAMES} host names at most`);
        }
        const headers = { Location: `/api/v1/hostnames/${created.id}` };
        return { status: 201, body: shownHostname(created, parts), headers };
      },
    }),
    route({
      method: "get",
      path: "/hostnames/{name}",
      id: "getHostname",
      tag: TAG,
      summary: "A host name with its last check and its history; by number or by name",
      scope: "read",
      params: z.strictObject({ name: z.string().min(1).max(255) }),
      answers: { 200: HostnameWithStory, 304: undefined },
      problems: ["not_found"],
      conditions: "etag",
      async handle({ req, params }) {
        return answerWithEtag(req, await withStory(await findHostname(parts, params.name)));
      },
    }),
    route({
      method: "get",
      path: "/delegates/{id}/hostnames/{hostname}",
      id: "getHostnameOfDelegate",
      tag: TAG,
      summary: "A host name with its last check and its history",
      scope: "read",
      params: OfDelegate,
      answers: { 200: HostnameWithStory, 304: undefined },
      problems: ["not_found"],
      conditions: "etag",
      async handle({ req, params }) {
        return answerWithEtag(req, await withStory(await find(params)));
      },
    }),
    route({
      method: "patch",
      path: "/delegates/{id}/hostnames/{hostname}",
      id: "changeHostname",
      tag: TAG,
      summary: "Changes what is given, and leaves the rest",
      scope: "delegates",
      params: OfDelegate,
      body: HostnamePatch,
      answers: { 200: HostnameWithStory },
      problems: ["not_found", "too_many"],
      conditions: "if-match",
      async handle({ req, params, body, origin }) {
        const before = await find(params);
        requireMatch(req, await withStory(before));
        const { tenant, labels, edge_targets: edgeTargets } = body;
        const changed = await hostnames.change({
          id: before.id,
          timeMs: parts.clock(),
          origin,
          tenant,
          edgeTargets,
          labels: labelChangesOf(labels),
          isAsExpected: isAs(req, before),
        });
        if (changed === "full")
          throw new ProblemError("too_many", "a host name has 16 labels at most");
        if (changed === "gone") throw notFound(`host name ${before.id}`);
        if (changed === "changed") throw changedSince();
        return withEtag(await withStory(await find(params)));
      },
    }),
    route({
      method: "delete",
      path: "/delegates/{id}/hostnames/{hostname}",
      id: "deleteHostname",
      tag: TAG,
      summary: "It is not looked at any more; its record should be deleted, too",
      scope: "delegates",
      params: OfDelegate,
      answers: { 204: undefined },
      problems: ["not_found"],
      conditions: "if-match",
      async handle({ req, params, origin }) {
        const before = await find(params);
        requireMatch(req, await withStory(before));
        const act = { id: before.id, timeMs: parts.clock(), origin };
        const isAsExpected = isAs(req, before);
        const outcome = await hostnames.delete({ ...act, isAsExpected });
        if (outcome === "gone") throw notFound(`host name ${before.id}`);
        if (outcome === "changed") throw changedSince();
        return { status: 204 };
      },
    }),
  ];
}

/** By number or by name. Throws ProblemError. */
export async function findHostname(
  { store: { hostnames } }: Pick<V1Parts, "store">,
  given: string,
): Promise<HostnameRecord> {
  const isNumber = /^[1-9][0-9]{0,14}$/.test(given);
  const name = given.toLowerCase().replace(/\.$/, "");
  const record = await (isNumber ? hostnames.find(Number(given)) : hostnames.findNamed(name));
  if (record !== undefined) return record;
  // As it was sent, which must not end in a log or a page as markup.
  throw notFound("such host name");
}

/** With an ETag in If-Match, nothing of what decides may have changed since it was looked at. */
function isAs(
  req: IncomingMessage,
  before: HostnameRecord,
): ((record: HostnameRecord) => boolean) | undefined {
  if (!expectsEtag(req)) return undefined;
  const said = ({ tenant, labels, edgeTargets, state }: HostnameRecord): string =>
    JSON.stringify([tenant, labels, edgeTargets, state]);
  return (record) => said(record) === said(before);
}

/** docs/adr/0029: the values of an instant name are for itself, and no CNAME leads there. */
function refuseInstant({ servedZones }: V1Parts, { id, zone }: DelegateDetails): void {
  if (!servedZones().some(({ apex, isInstant }) => isInstant && apex === zone)) return;
  throw new ProblemError(
    "wrong_state",
    `delegate ${id} is an instant name, which has certificates for itself: make another one`,
  );
}

function hostNameIn(given: string): string {
  const { domain, isWildcard, step } = checkInput(given);
  if (step.status !== "FAIL") return isWildcard ? `*.${domain}` : domain;
  const message = step.fix ?? "a host name, such as www.example.com";
  throw new ProblemError("invalid_request", `name: ${message}`, {
    errors: [{ at: "body/name", message }],
  });
}
