import type { CredentialId } from "../delegate/credential.ts";
import { ActError } from "../operate/act-error.ts";
import {
  createCredential,
  type DelegateActParts,
  deleteDelegate,
  disableDelegate,
  enableDelegate,
  restoreDelegate,
  revokeCredential,
} from "../operate/delegates.ts";
import type { DelegateRecord } from "../store/administration.ts";
import { type Arguments, integerOf, textOf } from "./arguments.ts";

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
  ["delegate.disable", onDelegate((parts, { id }) => disableDelegate(parts, id))],
  ["delegate.enable", onDelegate((parts, { id }) => enableDelegate(parts, id))],
  ["delegate.delete", onDelegate((parts, { id }) => deleteDelegate(parts, id))],
  ["delegate.restore", onDelegate((parts, { id }) => restoreDelegate(parts, id))],
  ["credential.list", onDelegate(({ store }, { id }) => store.credentialsOf(id))],
  ["credential.create", onDelegate((parts, { id }) => createCredential(parts, id))],
  [
    "credential.revoke",
    onDelegate(async (parts, { id }, args) => {
      const credentialId = integerOf(args["id"], "id") as CredentialId;
      const live = await parts.store.credentialsOf(id);
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
    const name = textOf(args["delegate"], "delegate").toLowerCase().replace(/\.$/, "");
    const dot = name.indexOf(".");
    const delegate = await parts.store.findDelegate(name.slice(dot + 1), name.slice(0, dot));
    if (dot < 0 || delegate === undefined) throw new ActError(`there is no delegate ${name}`);
    return act(parts, delegate, args);
  };
}
