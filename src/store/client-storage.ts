import type { Act } from "./administration.ts";

/** What one token may store. */
export const MOST_SEALED = 1000;

/** A namespace is 32 octets, the SHA-256 of the token whose it is. */
export type Namespace = Uint8Array;

/** What a client keeps here under a name, sealed with a key that is not in the store. */
export interface SealedEntry {
  /** Lower case. */
  readonly name: string;
  readonly sealed: Uint8Array;
}

/** What clients keep with us for themselves (lego: ACME_DNS_STORAGE_BASE_URL). Each sees its own namespace alone. */
export interface ClientStorage {
  find(namespace: Namespace, name: string): Promise<Uint8Array | undefined>;

  /** All of a namespace, in the order of their names. */
  list(namespace: Namespace): Promise<readonly SealedEntry[]>;

  /** Adds or replaces an entry. @returns "full" if the namespace has MOST_SEALED others already. */
  put(
    entry: Act & SealedEntry & { readonly namespace: Namespace; readonly detail: string },
  ): Promise<"stored" | "full">;
}
