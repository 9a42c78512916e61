/** Short forms of store calls, free of the test runner so that child processes can use them. */
import assert from "node:assert/strict";
import { ANYWHERE } from "../../src/delegate/allow-from.ts";
import { type ChallengeDigest, parseChallengeDigest } from "../../src/delegate/challenge-digest.ts";
import type { CredentialId } from "../../src/delegate/credential.ts";
import type { DelegateId, PublishedDigests } from "../../src/delegate/delegate.ts";
import type {
  ChallengeUpdate,
  ChallengeUpdated,
  NewDelegate,
  Store,
} from "../../src/store/store.ts";

/** Who does it all. */
export const ORIGIN = { peer: "192.0.2.1", forwarded: undefined };

export const ZONE = "auth.example.org";

/** A well-formed digest that shows the number it was made of. */
export function digest(number: number): ChallengeDigest {
  const parsed = parseChallengeDigest(String(number).padStart(43, "-"));
  assert(parsed);
  return parsed;
}

export function newDelegate(subdomain: string, given: Partial<NewDelegate> = {}): NewDelegate {
  const keyHash = new Uint8Array(32).fill(7);
  const username = `user-of-${subdomain}`;
  return {
    zone: ZONE,
    subdomain,
    allowFrom: ANYWHERE,
    username,
    keyHash,
    createdMs: 0,
    origin: ORIGIN,
    ...given,
  };
}

/** Creates a delegate and gives what a request that was authenticated as it holds. */
export async function register(
  store: Store,
  subdomain: string,
  zone: string = ZONE,
): Promise<Writer> {
  const username = zone === ZONE ? `user-of-${subdomain}` : `user-of-${subdomain}.${zone}`;
  const delegate = newDelegate(subdomain, { zone, username });
  assert.equal(await store.createDelegate(delegate), "created");
  const credential = await store.findCredential(username);
  assert(credential);
  return { credentialId: credential.id, delegateId: credential.delegate.id };
}

export interface Writer {
  readonly credentialId: CredentialId;
  readonly delegateId: DelegateId;
}

export async function update(
  store: Store,
  writer: Writer,
  number: number,
  { slots = 2, createdMs = 0 }: Partial<Pick<ChallengeUpdate, "slots" | "createdMs">> = {},
): Promise<ChallengeUpdated> {
  const updated = await store.addChallengeDigest({
    ...writer,
    digest: digest(number),
    slots,
    createdMs,
    origin: ORIGIN,
  });
  assert(updated !== "gone");
  return updated;
}

/** Deletes a delegate. */
export function remove(store: Store, delegateId: DelegateId): ReturnType<Store["deleteDelegate"]> {
  return store.deleteDelegate({ delegateId, timeMs: 0, origin: ORIGIN });
}

export async function allPublished(
  store: Store,
  { zone = ZONE, slots = 2 }: { readonly zone?: string; readonly slots?: number } = {},
): Promise<PublishedDigests[]> {
  const all: PublishedDigests[] = [];
  for await (const published of store.publishedDigests(zone, slots)) all.push(published);
  return all.sort((a, b) => a.subdomain.localeCompare(b.subdomain));
}
