import { z } from "zod";
import { checkInput } from "../../check/input.ts";
import { zoneOf } from "../../check/served-zone.ts";
import { parseAllowFrom } from "../../delegate/allow-from.ts";
import { generateApiKey, hashApiKey } from "../../delegate/credential.ts";
import { whyNotReadable } from "../../delegate/readable-name.ts";
import { ActError } from "../../operate/act-error.ts";
import {
  deleteDelegate,
  disableDelegate,
  enableDelegate,
  restoreDelegate,
} from "../../operate/delegates.ts";
import type { DelegateDetails } from "../../store/lists.ts";
import { answerWithEtag, requireMatch } from "./etag.ts";
import { ProblemError } from "./problem.ts";
import { type Answer, type Call, type Route, route } from "./route.ts";
import {
  IdParam,
  LabelFilter,
  LabelPatch,
  Labels,
  labelFilterOf,
  notFound,
  PAGE,
  page,
  pageOf,
  ShortText,
  Timestamp,
  timestamp,
  timestampOrNull,
} from "./shapes.ts";
import { actsOf, type V1Parts } from "./v1-parts.ts";

const STATES = ["live", "locked", "deleted"] as const;

const AllowFromList = z
  .array(z.string().max(64))
  .max(32)
  .describe("Networks that may update, in CIDR notation; empty: any address");

const SHOWN = {
  id: z.int().min(1),
  fulldomain: z.string().describe("Where CNAMEs lead"),
  subdomain: z.string(),
  zone: z.string(),
  state: z.enum(STATES),
  tenant: z.string(),
  contact: z.string(),
  labels: Labels,
  allowfrom: z.array(z.string()),
  keys: z.int().min(0).describe("Keys that work"),
  hostnames: z.int().min(0),
  created_at: Timestamp,
  last_update_at: Timestamp.nullable().describe("To the minute"),
  locked_at: Timestamp.nullable(),
  deleted_at: Timestamp.nullable(),
  warnings: z.array(z.string()),
};
const Delegate = z.strictObject(SHOWN).meta({ id: "Delegate" });
type Delegate = z.infer<typeof Delegate>;

const Credential = z
  .strictObject({ username: z.string(), password: z.string() })
  .describe("Shown this once");
const DelegateWithCredential = z
  .strictObject({ ...SHOWN, credential: Credential, server_url: z.string() })
  .meta({ id: "DelegateWithCredential" });

const NewDelegate = z
  .strictObject({
    zone: z.string().max(253).optional().describe("One of general.domain; the first by default"),
    naming: z
      .enum(["uuid", "readable"])
      .default("uuid")
      .describe("readable: `name` in front of the zone"),
    name: z.string().max(253).optional().describe("A host name, such as www.example.com"),
    allowfrom: AllowFromList.default([]),
    tenant: ShortText.default(""),
    contact: ShortText.default(""),
    labels: Labels.default({}),
  })
  .meta({ id: "NewDelegate" });
type NewDelegate = z.infer<typeof NewDelegate>;

const DelegatePatch = z
  .strictObject({
    allowfrom: AllowFromList.optional(),
    tenant: ShortText.optional(),
    contact: ShortText.optional(),
    labels: LabelPatch.optional(),
  })
  .meta({ id: "DelegatePatch" });

const TAG = "Delegates";

export function delegateRoutes(parts: V1Parts): readonly Route[] {
  const show = (details: DelegateDetails): Delegate => shown(details, parts.txtSlots());
  const find = (id: number): Promise<DelegateDetails> => findDelegate(parts, id);
  return [
    route({
      method: "get",
      path: "/delegates",
      id: "listDelegates",
      tag: TAG,
      summary: "Delegates in the order in which they were made",
      scope: "read",
      query: z.strictObject({
        ...PAGE,
        state: z.enum(STATES).optional(),
        tenant: ShortText.optional(),
        label: LabelFilter.optional(),
        q: z.string().min(1).max(253).optional().describe("Part of its name or of a host name"),
      }),
      answers: { 200: pageOf(Delegate) },
      async handle({ query }) {
        const { after, limit, state, tenant, label, q } = query;
        const { rows, lookedTo } = await parts.store.lists.delegates({
          after,
          most: limit + 1,
          state: state === "locked" ? "disabled" : state,
          tenant,
          label: labelFilterOf(label),
          q: q?.toLowerCase(),
          nowMs: parts.clock(),
        });
        return { status: 200, body: page(rows, limit, show, lookedTo) };
      },
    }),
    route({
      method: "post",
      path: "/delegates",
      id: "createDelegate",
      tag: TAG,
      summary: "A new delegate with its credential, which is shown this once",
      scope: "register",
      body: NewDelegate,
      answers: { 201: DelegateWithCredential },
      problems: ["name_taken"],
      isIdempotent: true,
      async handle(call) {
        return createDelegate(parts, call);
      },
    }),
    route({
      method: "get",
      path: "/delegates/{id}",
      id: "getDelegate",
      tag: TAG,
      summary: "A delegate, also one that was deleted",
      scope: "read",
      params: IdParam,
      answers: { 200: Delegate, 304: undefined },
      problems: ["not_found"],
      conditions: "etag",
      async handle({ req, params }) {
        return answerWithEtag(req, show(await find(params.id)));
      },
    }),
    route({
      method: "patch",
      path: "/delegates/{id}",
      id: "changeDelegate",
      tag: TAG,
      summary: "Changes what is given, and leaves the rest",
      scope: "delegates",
      params: IdParam,
      body: DelegatePatch,
      answers: { 200: Delegate },
      problems: ["not_found", "wrong_state", "too_many"],
      conditions: "if-match",
      async handle({ req, params, body, origin }) {
        const before = await find(params.id);
        requireMatch(req, show(before));
        const { allowfrom, tenant, contact, labels } = body;
        const outcome = await parts.store.changeDelegate({
          delegateId: params.id,
          timeMs: parts.clock(),
          origin,
          allowFrom: allowfrom === undefined ? undefined : allowFromOf(allowfrom),
          tenant,
          contact,
          labels:
            labels &&
            new Map(Object.entries(labels).map(([key, value]) => [key, value ?? undefined])),
          isAsExpected: isAs(req.headers["if-match"], before),
        });
        if (outcome === "gone") throw deleted(params.id);
        if (outcome === "full")
          throw new ProblemError("too_many", "a delegate has 16 labels at most");
        if (outcome === "unexpected") requireMatch(req, {});
        return answerWithEtag(req, show(await find(params.id)));
      },
    }),
    route({
      method: "delete",
      path: "/delegates/{id}",
      id: "deleteDelegate",
      tag: TAG,
      summary: "Deletes it: its keys are dead, its name is never given to another one",
      description:
        "Its host names become `orphaned` until their records are gone: GET /hostnames?state=orphaned lists them.",
      scope: "delegates",
      params: IdParam,
      answers: { 204: undefined },
      problems: ["not_found", "wrong_state"],
      conditions: "if-match",
      async handle({ req, params, origin }) {
        const before = await find(params.id);
        requireMatch(req, show(before));
        if (before.state === "deleted") throw deleted(params.id);
        await acting(() => deleteDelegate(actsOf(parts, origin), params.id));
        return { status: 204 };
      },
    }),
    act("lock", "It publishes nothing and its keys do nothing, until it is unlocked", {
      from: "live",
      act: (origin, id) => disableDelegate(actsOf(parts, origin), id),
    }),
    act("unlock", "Its keys work again; values come with the next update", {
      from: "disabled",
      act: (origin, id) => enableDelegate(actsOf(parts, origin), id),
    }),
    route({
      method: "post",
      path: "/delegates/{id}/restore",
      id: "restoreDelegate",
      tag: TAG,
      summary: "Brings a deleted one back, without values and with a new credential",
      scope: "delegates",
      params: IdParam,
      answers: { 200: DelegateWithCredential },
      problems: ["not_found", "wrong_state"],
      isIdempotent: true,
      async handle({ req, params, origin }) {
        const { state } = await find(params.id);
        if (state !== "deleted") throw wrongState(params.id, state, "it is not deleted");
        const { username, key } = await acting(() =>
          restoreDelegate(actsOf(parts, origin), params.id),
        );
        const credential = { username, password: key };
        const server_url = parts.serverUrl({ req });
        return { status: 200, body: { ...show(await find(params.id)), credential, server_url } };
      },
    }),
  ];

  function act(
    verb: "lock" | "unlock",
    summary: string,
    does: {
      readonly from: DelegateDetails["state"];
      readonly act: (
        origin: Call<unknown, unknown, unknown>["origin"],
        id: number,
      ) => Promise<void>;
    },
  ): Route {
    return route({
      method: "post",
      path: `/delegates/{id}/${verb}`,
      id: `${verb}Delegate`,
      tag: TAG,
      summary,
      scope: "delegates",
      params: IdParam,
      answers: { 200: Delegate },
      problems: ["not_found", "wrong_state"],
      async handle({ params, origin }) {
        const { state } = await find(params.id);
        if (state !== does.from) throw wrongState(params.id, state, `it cannot be ${verb}ed`);
        await acting(() => does.act(origin, params.id));
        return { status: 200, body: show(await find(params.id)) };
      },
    });
  }
}

export async function findDelegate(
  { store, clock }: Pick<V1Parts, "store" | "clock">,
  id: number,
): Promise<DelegateDetails> {
  const details = await store.lists.delegate(id, clock());
  if (details === undefined) throw notFound(`delegate ${id}`);
  return details;
}

/** What was found before an act was true a moment ago. */
export async function acting<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ActError) throw new ProblemError("wrong_state", error.message);
    throw error;
  }
}

function wrongState(id: number, state: DelegateDetails["state"], why: string): ProblemError {
  const shownState = state === "disabled" ? "locked" : state;
  return new ProblemError("wrong_state", `delegate ${id} is ${shownState}: ${why}`);
}

function deleted(id: number): ProblemError {
  return wrongState(id, "deleted", `restore it first, or make a new one`);
}

/** With If-Match, nothing of what can be changed may have changed since it was looked at. */
function isAs(
  ifMatch: string | undefined,
  { allowFrom, labels, tenant, contact }: DelegateDetails,
): ((said: object) => boolean) | undefined {
  if (ifMatch === undefined) return undefined;
  const before = JSON.stringify([allowFrom, labels, tenant, contact]);
  return (said) => {
    const { allowFrom: a, labels: l, tenant: t, contact: c } = said as DelegateDetails;
    return JSON.stringify([a, l, t, c]) === before;
  };
}

function allowFromOf(entries: readonly string[]) {
  const allowFrom = parseAllowFrom(entries);
  if (allowFrom !== undefined) return allowFrom;
  const message = "networks in CIDR notation, such as 192.0.2.0/24 or 2001:db8::/32";
  throw new ProblemError("invalid_request", `allowfrom: ${message}`, {
    errors: [{ at: "body/allowfrom", message }],
  });
}

/** Two random UUIDs that exist already would be a broken generator. */
const ATTEMPTS = 3;

async function createDelegate(
  parts: V1Parts,
  { req, body, token, origin }: Call<unknown, unknown, NewDelegate>,
): Promise<Answer> {
  const { store, clock, acts } = parts;
  const zone = zoneFor(parts, body);
  const readable = body.naming === "readable" ? readableName(parts, zone, body.name) : undefined;
  const allowFrom = allowFromOf(body.allowfrom);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const username = acts.newUuid();
    const subdomain = readable ?? acts.newUuid();
    const key = generateApiKey(acts.randomOctets);
    const { tenant, contact, labels } = body;
    const outcome = await store.createDelegate({
      ...{ zone, subdomain, allowFrom, username, tenant, contact, labels, origin },
      keyHash: hashApiKey(key),
      createdMs: clock(),
      tokenId: token?.id,
    });
    if (outcome === "token_revoked")
      throw new ProblemError("token_required", "the token is revoked");
    if (outcome === "taken" && readable !== undefined) {
      throw new ProblemError(
        "name_taken",
        `${readable}.${zone} is or was a delegate: names are never given twice; restore it, or let naming be uuid`,
      );
    }
    if (outcome === "taken") continue;
    parts.zones.publish(zone, { subdomain, digests: [], sequence: 0 });
    parts.countRegistration();
    const record = await store.findDelegate(zone, subdomain);
    const details = await findDelegate(parts, record?.id ?? 0);
    return {
      status: 201,
      headers: { Location: `/api/v1/delegates/${details.id}` },
      body: {
        ...shown(details, parts.txtSlots()),
        credential: { username, password: key },
        server_url: parts.serverUrl({ req }),
      },
    };
  }
  throw new Error("random names that are taken already: the random number generator is broken");
}

function zoneFor({ zones, servedZones }: V1Parts, { zone }: NewDelegate): string {
  if (zone === undefined) return zones.registrationZone;
  const wanted = zone.toLowerCase().replace(/\.$/, "");
  const usual = servedZones().filter(({ isInstant }) => !isInstant);
  if (usual.some(({ apex }) => apex === wanted)) return wanted;
  throw invalid("zone", `one of ${usual.map(({ apex }) => apex).join(", ")}`);
}

/** The labels in front of the zone, in lower case. Throws ProblemError. */
function readableName({ servedZones }: V1Parts, zone: string, given: string | undefined): string {
  if (given === undefined) throw invalid("name", "a host name, which naming=readable needs");
  const { domain, isWildcard, step } = checkInput(given);
  if (step.status === "FAIL" || isWildcard) {
    throw invalid("name", step.fix ?? "a host name without *, such as www.example.com");
  }
  const all = servedZones();
  const served = all.find(({ apex }) => apex === zone);
  const why = whyNotReadable(domain, zone, served?.hasStatic ?? (() => false));
  if (why !== undefined) throw invalid("name", why);
  const owner = zoneOf(all, `${domain}.${zone}`);
  if (owner?.apex !== zone)
    throw invalid("name", `${domain}.${zone} is in the zone ${owner?.apex}`);
  return domain;
}

function invalid(field: string, message: string): ProblemError {
  return new ProblemError("invalid_request", `${field}: ${message}`, {
    errors: [{ at: `body/${field}`, message }],
  });
}

function shown(details: DelegateDetails, txtSlots: number): Delegate {
  const { id, zone, subdomain, state, tenant, contact, labels, allowFrom } = details;
  return {
    id,
    fulldomain: `${subdomain}.${zone}`,
    subdomain,
    zone,
    state: state === "disabled" ? "locked" : state,
    tenant,
    contact,
    labels,
    allowfrom: [...allowFrom],
    keys: details.keys,
    hostnames: details.hostnames,
    created_at: timestamp(details.createdMs),
    last_update_at: timestampOrNull(details.lastUpdateMs),
    locked_at: timestampOrNull(details.lockedMs),
    deleted_at: timestampOrNull(details.deletedMs),
    warnings: warningsOf(details, txtSlots),
  };
}

/** Each name of a certificate needs a value of its own at the same time. */
function warningsOf(
  { hostnames, isAllowFromReadable }: DelegateDetails,
  txtSlots: number,
): string[] {
  return [
    ...(hostnames > txtSlots
      ? [
          `${hostnames} host names share this delegate, which publishes ${txtSlots} values: one certificate for all of them fails; raise dns.txt_slots, or order them one after the other`,
        ]
      : []),
    ...(isAllowFromReadable ? [] : ["its allowfrom cannot be read, so that nobody can update it"]),
  ];
}
