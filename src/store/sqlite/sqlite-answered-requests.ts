import type { Database, Statement } from "better-sqlite3";
import type { AnsweredRequests, RequestKey } from "../answered-requests.ts";

interface RequestStatements {
  readonly find: Statement<
    [{ tokenId: number; keyHash: Uint8Array }],
    { requestHash: Buffer; answer: Buffer | null }
  >;
  readonly begin: Statement<
    [{ tokenId: number; keyHash: Uint8Array; requestHash: Uint8Array; nowMs: number }]
  >;
  readonly finish: Statement<[{ tokenId: number; keyHash: Uint8Array; answer: Uint8Array }]>;
  readonly forget: Statement<[{ tokenId: number; keyHash: Uint8Array }]>;
  readonly prune: Statement<[beforeMs: number]>;
}

interface RequestAccess {
  readDatabase<T>(work: (database: Database) => T): T;
  write<T>(work: () => T): Promise<T>;
}

const OLDEST = "SELECT min(begun_ms) FROM answered_request";

/** Requests that are not done twice, in the database. */
export class SqliteAnsweredRequests implements AnsweredRequests {
  readonly #access: RequestAccess;
  #prepared: RequestStatements | undefined;

  constructor(access: RequestAccess) {
    this.#access = access;
  }

  begin(request: RequestKey & { readonly nowMs: number }): ReturnType<AnsweredRequests["begin"]> {
    const sql = this.#statements();
    return this.#access.write(() => {
      const before = sql.find.get({ tokenId: request.tokenId, keyHash: request.keyHash });
      if (before === undefined) {
        sql.begin.run({ ...request });
        return "begun";
      }
      if (!before.requestHash.equals(request.requestHash)) return "other_request";
      return before.answer === null ? "unanswered" : { answer: before.answer };
    });
  }

  finish({
    tokenId,
    keyHash,
    answer,
  }: RequestKey & { readonly answer: Uint8Array }): Promise<void> {
    const sql = this.#statements();
    return this.#access.write(() => void sql.finish.run({ tokenId, keyHash, answer }));
  }

  forget({ tokenId, keyHash }: RequestKey): Promise<void> {
    const sql = this.#statements();
    return this.#access.write(() => void sql.forget.run({ tokenId, keyHash }));
  }

  async prune(beforeMs: number): Promise<void> {
    // The usual case writes nothing.
    const oldest = this.#access.readDatabase((database) => database.prepare(OLDEST).pluck().get());
    if (typeof oldest !== "number" || oldest >= beforeMs) return;
    const sql = this.#statements();
    await this.#access.write(() => void sql.prune.run(beforeMs));
  }

  #statements(): RequestStatements {
    this.#prepared ??= this.#access.readDatabase(prepare);
    return this.#prepared;
  }
}

function prepare(database: Database): RequestStatements {
  return {
    find: database.prepare(`
      SELECT request_hash AS requestHash, answer FROM answered_request
      WHERE token_id = @tokenId AND key_hash = @keyHash`),
    begin: database.prepare(`
      INSERT INTO answered_request (token_id, key_hash, request_hash, begun_ms)
      VALUES (@tokenId, @keyHash, @requestHash, @nowMs)`),
    finish: database.prepare(`
      UPDATE answered_request SET answer = @answer WHERE token_id = @tokenId AND key_hash = @keyHash`),
    forget: database.prepare(`
      DELETE FROM answered_request
      WHERE token_id = @tokenId AND key_hash = @keyHash AND answer IS NULL`),
    prune: database.prepare("DELETE FROM answered_request WHERE begun_ms < ?"),
  };
}
