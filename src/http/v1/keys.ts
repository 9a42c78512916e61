import { z } from "zod";
import type { CredentialId } from "../../delegate/credential.ts";
import { createCredential, revokeCredential } from "../../operate/delegates.ts";
import type { CredentialRecord } from "../../store/administration.ts";
import { acting, findDelegate } from "./delegate-shape.ts";
import { type Route, route } from "./route.ts";
import {
  ID,
  IdParam,
  notFound,
  ShortText,
  Timestamp,
  timestamp,
  timestampOrNull,
} from "./shapes.ts";
import { actsOf, type V1Parts } from "./v1-parts.ts";

const SHOWN = {
  id: z.int().min(1),
  username: z.string(),
  label: z.string(),
  created_at: Timestamp,
  last_used_at: Timestamp.nullable().describe("To the minute"),
  expires_at: Timestamp.nullable().describe("null: it does not end by itself"),
};
const Key = z.strictObject(SHOWN).meta({ id: "Key" });
const KeyWithPassword = z
  .strictObject({ ...SHOWN, password: z.string().describe("Shown this once") })
  .meta({ id: "KeyWithPassword" });

const NewKey = z.strictObject({ label: ShortText.default("") }).meta({ id: "NewKey" });

const DAY_SECONDS = 86_400;
const Rotation = z
  .strictObject({
    label: ShortText.default(""),
    overlap_seconds: z
      .int()
      .min(0)
      .max(400 * DAY_SECONDS)
      .default(3 * DAY_SECONDS)
      .describe("How long the old one goes on working"),
  })
  .meta({ id: "Rotation" });

const KeyParam = z.strictObject({ id: ID, key: ID });

const TAG = "Keys";

export function keyRoutes(parts: V1Parts): readonly Route[] {
  const { store, clock } = parts;
  const liveKeys = (id: number): Promise<readonly CredentialRecord[]> =>
    store.credentialsOf(id, clock());
  const findKey = async (id: number, key: number): Promise<CredentialRecord> => {
    await findDelegate(parts, id);
    const found = (await liveKeys(id)).find((each) => each.id === key);
    if (found === undefined) throw notFound(`live key ${key} of delegate ${id}`);
    return found;
  };
  const made = async (id: number, { credentialId, key }: Made) => ({
    status: 201,
    headers: { Location: `/api/v1/delegates/${id}/keys` },
    body: { ...shown(await findKey(id, credentialId)), password: key },
  });
  return [
    route({
      method: "get",
      path: "/delegates/{id}/keys",
      id: "listKeys",
      tag: TAG,
      summary: "Its keys that work",
      scope: "keys",
      params: IdParam,
      answers: { 200: z.strictObject({ items: z.array(Key) }) },
      problems: ["not_found"],
      async handle({ params }) {
        await findDelegate(parts, params.id);
        return { status: 200, body: { items: (await liveKeys(params.id)).map(shown) } };
      },
    }),
    route({
      method: "post",
      path: "/delegates/{id}/keys",
      id: "createKey",
      tag: TAG,
      summary: "A second key beside the one there is",
      scope: "keys",
      params: IdParam,
      body: NewKey,
      answers: { 201: KeyWithPassword },
      problems: ["not_found", "wrong_state"],
      isIdempotent: true,
      async handle({ params, body, origin }) {
        await findDelegate(parts, params.id);
        const act = actsOf(parts, origin);
        const key = await acting(() => createCredential(act, params.id, undefined, body.label));
        return made(params.id, key);
      },
    }),
    route({
      method: "post",
      path: "/delegates/{id}/keys/{key}/rotate",
      id: "rotateKey",
      tag: TAG,
      summary: "A new key; the old one ends after a while",
      scope: "keys",
      params: KeyParam,
      body: Rotation,
      answers: { 201: KeyWithPassword },
      problems: ["not_found", "wrong_state"],
      isIdempotent: true,
      async handle({ params, body, origin }) {
        await findKey(params.id, params.key);
        const { label, overlap_seconds: overlap } = body;
        const act = actsOf(parts, origin);
        const key = await acting(() => createCredential(act, params.id, overlap, label));
        return made(params.id, key);
      },
    }),
    route({
      method: "delete",
      path: "/delegates/{id}/keys/{key}",
      id: "revokeKey",
      tag: TAG,
      summary: "It does nothing from now on",
      scope: "keys",
      params: KeyParam,
      answers: { 204: undefined },
      problems: ["not_found", "wrong_state"],
      async handle({ params, origin }) {
        await findKey(params.id, params.key);
        await acting(() => revokeCredential(actsOf(parts, origin), params.key));
        return { status: 204 };
      },
    }),
  ];
}

interface Made {
  readonly credentialId: CredentialId;
  readonly key: string;
}

function shown({ id, username, label, createdMs, lastUsedMs, expiresMs }: CredentialRecord) {
  return {
    id,
    username,
    label,
    created_at: timestamp(createdMs),
    last_used_at: timestampOrNull(lastUsedMs),
    expires_at: timestampOrNull(expiresMs),
  };
}
