import type { ClientStorage, Namespace, SealedEntry } from "../client-storage.ts";
import { putSealed } from "./client-storage-units.ts";
import type { StoreAccess } from "./unit-context.ts";

/** What clients keep with us, in the database. */
export class SqliteClientStorage implements ClientStorage {
  readonly #access: StoreAccess;

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  async find(namespace: Namespace, name: string): Promise<Uint8Array | undefined> {
    return this.#access.read(({ admin }) => admin.findSealed.get({ namespace, name }))?.sealed;
  }

  async list(namespace: Namespace): Promise<readonly SealedEntry[]> {
    return this.#access.read(({ admin }) => admin.listSealed.all(namespace));
  }

  async put(entry: Parameters<ClientStorage["put"]>[0]): ReturnType<ClientStorage["put"]> {
    return this.#access.write((context) => putSealed(context, entry));
  }
}
