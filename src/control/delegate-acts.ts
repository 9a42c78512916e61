import type { CredentialId } from "../delegate/credential.ts";
import { LABEL_FORMS, type LabelChanges, parseLabelChange } from "../delegate/labels.ts";
import { ActError } from "../operate/act-error.ts";
import {
  createCredential,
  type DelegateActParts,
  deleteDelegate,
  disableDelegate,
  enableDelegate,
  labelDelegate,
  restoreDelegate,
  revokeCredential,
} from "../operate/delegates.ts";
import type { DelegateRecord } from "../store/administration.ts";
import { type Arguments, integerOf, integerOrZeroOf, textOf } from "./arguments.ts";

const DAY_MS = 86_400_000;
/** Of a list: what somebody reads. */
const MOST_UNUSED = 1000;

type DelegateAct = (parts: DelegateActParts, args: Arguments) => Promise<unknown>;

/** What is done to delegates, each named `{"delegate": "<its full name>"}`, and to their keys. */
export const DELEGATE_ACTS: readonly (readonly [string, DelegateAct])[] = [
  [
    "delegate.unused",
    ({ store, clock }, { zone, days }) => {
      const beforeMs = clock() - integerOf(days, "days") * DAY_MS;
      return store.unusedDelegates({ zone: textOf(zone, "zone"), beforeMs, most: MOST_UNUSED });
    },
  ],
  [
    "delegate.disable",
    onDelegate(async (parts, { id }) => void (await disableDelegate(parts, id))),
  ],
  ["delegate.enable", onDelegate(async (parts, { id }) => void (await enableDelegate(parts, id)))],
  ["delegate.delete", onDelegate(async (parts, { id }) => void (await deleteDelegate(parts, id)))],
  ["delegate.restore", onDelegate((parts, { id }) => restoreDelegate(parts, id))],
  [
    "delegate.label",
    onDelegate(async (parts, { id }, { labels }) => ({
      labels: await labelDelegate(parts, id, labelChanges(labels)),
    })),
  ],
  ["credential.list", onDelegate(({ store, clock }, { id }) => store.credentialsOf(id, clock()))],
  ["credential.create", onDelegate((parts, { id }) => createCredential(parts, id))],
  [
    "credential.rotate",
    onDelegate((parts, { id }, { overlapSeconds }) =>
      createCredential(parts, id, integerOrZeroOf(overlapSeconds, "overlapSeconds")),
    ),
  ],
  [
    "credential.revoke",
    onDelegate(async (parts, { id }, args) => {
      const credentialId = integerOf(args["id"], "id") as CredentialId;
      const live = await parts.store.credentialsOf(id, parts.clock());
      // One of another delegate is none of this one.
      if (!live.some((credential) => credential.id === credentialId)) {
        throw new ActError(`the delegate has no live key ${credentialId}`);
      }
      await revokeCredential(parts, credentialId);
    }),
  ],
];

function onDelegate(
  act: (parts: DelegateActParts, delegate: DelegateRecord, args: Arguments) => Promise<unknown>,
): DelegateAct {
  return async (parts, args) => {
    const delegate = await findDelegate(parts, textOf(args["delegate"], "delegate"));
    const result = await act(parts, delegate, args);
    const name = `${delegate.subdomain}.${delegate.zone}`;
    return typeof result === "object" && result !== null && !Array.isArray(result)
      ? { delegate: name, ...result }
      : (result ?? { delegate: name });
  };
}

/** By its full name, or by its subdomain where one zone alone has that. Throws ActError. */
async function findDelegate({ store }: DelegateActParts, given: string): Promise<DelegateRecord> {
  const name = given.toLowerCase().replace(/\.$/, "");
  const [found, another] = await store.findDelegatesNamed(name);
  if (another !== undefined && found !== undefined) {
    throw new ActError(
      `several zones have a delegate ${name}: give its full name, such as ${name}.${found.zone}`,
    );
  }
  const named = found ?? (await store.findDelegateByFullName(name));
  if (named === undefined) throw new ActError(`there is no delegate ${given}`);
  return named;
}

function labelChanges(labels: unknown): LabelChanges {
  const changes = Array.isArray(labels) ? labels.map((each) => parseLabelChange(String(each))) : [];
  const known = changes.filter((change) => change !== undefined);
  if (known.length > 0 && known.length === changes.length) return new Map(known);
  throw new ActError(`labels: ${LABEL_FORMS}`);
}
