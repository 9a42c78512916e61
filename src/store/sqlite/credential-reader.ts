import { restoreAllowFrom } from "../../delegate/allow-from.ts";
import type { StoredCredential } from "../store.ts";
import type { CredentialRow, Statements } from "./statements.ts";

/** Some 500 octets for each. */
const MOST_REMEMBERED = 2000;

/**
 * Credentials by user name, the last ones from memory: a read of its own costs a fifth of an update. Nobody
 * else writes (data-lock.ts), and whatever is changed about a credential or its delegate forgets them all.
 * What an update may write is looked up again, in its transaction.
 */
export class CredentialReader {
  readonly #sql: Statements;
  readonly #remembered = new Map<string, StoredCredential>();

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  find(username: string): StoredCredential | undefined {
    const remembered = this.#remembered.get(username);
    if (remembered !== undefined) return remembered;
    const row = this.#sql.findCredential.get(username);
    // Names that nobody has are not remembered: strangers could fill the memory with them.
    if (row === undefined) return undefined;
    const credential = credentialOf(row);
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(username, credential);
    return credential;
  }

  /** Called inside a transaction that changes any of them. */
  forget(): void {
    this.#remembered.clear();
  }
}

function credentialOf(row: CredentialRow): StoredCredential {
  const { id, keyScheme, keyHash, delegateId, zone, subdomain } = row;
  const expiresMs = row.expiresMs ?? undefined;
  const allowFrom = restoreAllowFrom(row.allowFrom);
  const createdMs = row.delegateCreatedMs;
  const delegate = { id: delegateId, zone, subdomain, allowFrom, createdMs };
  return { id, keyScheme, keyHash, state: stateOf(row), expiresMs, delegate };
}

function stateOf({ revokedMs, disabledMs }: CredentialRow): StoredCredential["state"] {
  if (revokedMs !== null) return "revoked";
  return disabledMs === null ? "live" : "disabled";
}
