import { type LiveToken, MOST_TOKENS, type Tokens } from "../tokens.ts";
import { createToken, revokeToken, tokenOf } from "./token-units.ts";
import type { StoreAccess } from "./unit-context.ts";

/** Tokens in the database. */
export class SqliteTokens implements Tokens {
  readonly #access: StoreAccess;

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  async create(token: Parameters<Tokens["create"]>[0]): ReturnType<Tokens["create"]> {
    return this.#access.write((context) => createToken(context, token));
  }

  async live(nowMs: number): Promise<readonly LiveToken[]> {
    const page = { nowMs, most: MOST_TOKENS };
    return this.#access.read(({ admin }) => admin.liveTokens.all(page)).map(tokenOf);
  }

  async find(tokenHash: Uint8Array, nowMs: number): Promise<LiveToken | undefined> {
    const row = this.#access.read(({ admin }) => admin.findToken.get({ tokenHash, nowMs }));
    return row && tokenOf(row);
  }

  async noteUse(id: number, nowMs: number): Promise<void> {
    return this.#access.write(({ admin }) => void admin.useToken.run({ id, nowMs }));
  }

  async revoke(act: Parameters<Tokens["revoke"]>[0]): ReturnType<Tokens["revoke"]> {
    return this.#access.write((context) => revokeToken(context, act));
  }
}
