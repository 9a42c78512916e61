import type { IncomingMessage } from "node:http";
import { z } from "zod";
import {
  deleteDelegate,
  disableDelegate,
  enableDelegate,
  restoreDelegate,
} from "../../operate/delegates.ts";
import type { DelegateCondition, SaidOfDelegate } from "../../store/administration.ts";
import type { DelegateDetails } from "../../store/lists.ts";
import { createDelegateRoute } from "./create-delegate.ts";
import {
  AllowFromList,
  acting,
  allowFromOf,
  Delegate,
  DelegateWithCredential,
  findDelegate,
  STATES,
  shownDelegate,
  TxtSlots,
} from "./delegate-shape.ts";
import { answerWithEtag, changedSince, expectsEtag, requireMatch, withEtag } from "./etag.ts";
import { ProblemError } from "./problem.ts";
import { type Call, type Route, route } from "./route.ts";
import {
  IdParam,
  LabelFilter,
  LabelPatch,
  labelChangesOf,
  labelFilterOf,
  PAGE,
  page,
  pageOf,
  ShortText,
} from "./shapes.ts";
import { actsOf, type V1Parts } from "./v1-parts.ts";

const DelegatePatch = z
  .strictObject({
    allowfrom: AllowFromList.optional(),
    tenant: ShortText.optional(),
    contact: ShortText.optional(),
    txt_slots: TxtSlots.optional(),
    labels: LabelPatch.optional(),
  })
  .meta({ id: "DelegatePatch" });

const TAG = "Delegates";

export function delegateRoutes(parts: V1Parts): readonly Route[] {
  const show = (details: DelegateDetails): object => shownDelegate(details, parts.txtSlots());
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
    createDelegateRoute(parts),
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
        const { allowfrom, tenant, contact, labels, txt_slots: txtSlots } = body;
        const outcome = await parts.store.changeDelegate({
          delegateId: params.id,
          timeMs: parts.clock(),
          origin,
          allowFrom: allowfrom === undefined ? undefined : allowFromOf(allowfrom),
          tenant,
          contact,
          txtSlots,
          labels: labelChangesOf(labels),
          isAsExpected: isAs(req, before),
        });
        if (outcome === "gone") throw deleted(params.id);
        if (outcome === "full")
          throw new ProblemError("too_many", "a delegate has 16 labels at most");
        if (outcome === "unexpected") throw changedSince();
        return withEtag(show(await find(params.id)));
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
        const outcome = await acting(() =>
          deleteDelegate(actsOf(parts, origin), params.id, isAs(req, before)),
        );
        if (outcome === "unexpected") throw changedSince();
        return { status: 204 };
      },
    }),
    act("lock", "It publishes nothing and its keys do nothing, until it is unlocked", {
      from: "live",
      act: (origin, id, isAsExpected) =>
        disableDelegate(actsOf(parts, origin), id, { isAsExpected }),
    }),
    act("unlock", "Its keys work again; values come with the next update", {
      from: "disabled",
      act: (origin, id, isAsExpected) => enableDelegate(actsOf(parts, origin), id, isAsExpected),
    }),
    route({
      method: "post",
      path: "/delegates/{id}/restore",
      id: "restoreDelegate",
      tag: TAG,
      summary: "Brings a deleted one back, without values and with a new credential",
      description: "The credential is a key like any other, and shown this once.",
      scope: ["delegates", "keys"],
      params: IdParam,
      answers: { 200: DelegateWithCredential },
      problems: ["not_found", "wrong_state"],
      conditions: "if-match",
      isIdempotent: true,
      async handle({ req, params, origin }) {
        const before = await find(params.id);
        requireMatch(req, show(before));
        const { state } = before;
        if (state !== "deleted") throw wrongState(params.id, state, "it is not deleted");
        const restored = await acting(() =>
          restoreDelegate(actsOf(parts, origin), params.id, isAs(req, before)),
        );
        if (restored === "unexpected") throw changedSince();
        const credential = { username: restored.username, password: restored.key };
        const server_url = parts.serverUrl({ req });
        const shown = withEtag(show(await find(params.id)));
        return { ...shown, body: { ...shown.body, credential, server_url } };
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
        isAsExpected: DelegateCondition["isAsExpected"],
      ) => Promise<"disabled" | "enabled" | "unexpected">;
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
      conditions: "if-match",
      async handle({ req, params, origin }) {
        const before = await find(params.id);
        requireMatch(req, show(before));
        const { state } = before;
        if (state !== does.from) throw wrongState(params.id, state, `it cannot be ${verb}ed`);
        const outcome = await acting(() => does.act(origin, params.id, isAs(req, before)));
        if (outcome === "unexpected") throw changedSince();
        return withEtag(show(await find(params.id)));
      },
    });
  }
}

function wrongState(id: number, state: DelegateDetails["state"], why: string): ProblemError {
  const shownState = state === "disabled" ? "locked" : state;
  return new ProblemError("wrong_state", `delegate ${id} is ${shownState}: ${why}`);
}

function deleted(id: number): ProblemError {
  return wrongState(id, "deleted", `restore it first, or make a new one`);
}

/** With an ETag in If-Match, nothing of what can be changed may have changed since it was looked at. */
function isAs(req: IncomingMessage, before: DelegateDetails): DelegateCondition["isAsExpected"] {
  if (!expectsEtag(req)) return undefined;
  const text = ({ state, allowFrom, labels, tenant, contact, txtSlots }: SaidOfDelegate): string =>
    JSON.stringify([state, allowFrom, labels, tenant, contact, txtSlots]);
  return (said) => text(said) === text(before);
}
