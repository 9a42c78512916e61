import type { Database, Statement } from "better-sqlite3";
import type { AuditRow, ChainPoint } from "../../audit/audit-chain.ts";
import type { ChallengeDigest } from "../../delegate/challenge-digest.ts";
import type { DelegateCount } from "../store.ts";

/**
 * Every statement of the running server, prepared once. Each is a search by an index, never a scan;
 * but for the zones, which are few.
 */
export interface Statements {
  readonly beginRun: Statement<[{ zone: string; initialSerial: number }], { serial: number }>;
  readonly raiseSerial: Statement<[zoneId: number], { serial: number }>;
  readonly findZone: Statement<[apex: string], { id: number }>;
  readonly findUsername: Statement<[username: string], { id: number }>;
  readonly insertDelegate: Statement<
    [
      {
        zoneId: number;
        subdomain: string;
        allowFrom: string;
        createdMs: number;
        labels: string;
        tenant: string;
        contact: string;
        reversed: string | null;
        txtSlots: number | null;
      },
    ]
  >;
  readonly insertCredential: Statement<
    [{ delegateId: number; username: string; keyHash: Uint8Array; createdMs: number }]
  >;
  readonly findCredential: Statement<[username: string], CredentialRow>;
  readonly findWriter: Statement<
    [{ credentialId: number; delegateId: number; nowMs: number }],
    {
      zoneId: number;
      zone: string;
      subdomain: string;
      lastUsedMs: number | null;
      txtSlots: number | null;
    }
  >;
  readonly touchCredential: Statement<[{ credentialId: number; nowMs: number }]>;
  readonly replaceImportedKey: Statement<
    [{ credentialId: number; bcryptHash: Uint8Array; keyHash: Uint8Array }]
  >;
  readonly insertValue: Statement<
    [{ delegateId: number; digest: ChallengeDigest; createdMs: number }]
  >;
  readonly forgetRepeated: Statement<[{ delegateId: number; digest: ChallengeDigest }]>;
  readonly forgetOldValues: Statement<[{ delegateId: number; slots: number }]>;
  readonly valuesOfDelegate: Statement<[delegateId: number], ValueRow>;
  /** By position, which is faster: there is one for each update. */
  readonly insertAudit: Statement<AuditColumns>;
  readonly newestAudit: Statement<[], AuditRow>;
  readonly auditAnchor: Statement<[], ChainPoint & { readonly newest: number }>;
  readonly setNewestAudit: Statement<[sequence: number]>;
  readonly cookieSecrets: Statement<[], CookieSecretRow>;
  readonly insertCookieSecret: Statement<[{ secret: Uint8Array; createdMs: number }]>;
  readonly forgetOldCookieSecrets: Statement<[]>;
  readonly publishedPage: Statement<
    [{ zone: string; after: number; delegates: number }],
    PublishedRow
  >;
  readonly countDelegates: Statement<[], DelegateCount>;
}

type AuditColumns = [
  sequence: number,
  timeMs: number,
  action: string,
  result: string,
  delegateId: number | null,
  credentialId: number | null,
  peer: string,
  forwarded: string | null,
  detail: string | null,
  previousHash: Uint8Array,
];

export interface CredentialRow {
  readonly id: number;
  readonly keyScheme: "sha256" | "bcrypt";
  readonly keyHash: Buffer;
  readonly delegateId: number;
  readonly zone: string;
  readonly subdomain: string;
  readonly allowFrom: string;
  readonly delegateCreatedMs: number;
  readonly revokedMs: number | null;
  readonly disabledMs: number | null;
  readonly expiresMs: number | null;
}

export interface CookieSecretRow {
  readonly secret: Buffer;
  readonly createdMs: number;
}

export interface ValueRow {
  readonly sequence: number;
  readonly digest: ChallengeDigest;
}

/** One value of a delegate, or nulls for a delegate without values. */
export type PublishedRow = {
  readonly delegateId: number;
  readonly subdomain: string;
  /** Null: as many as the configuration says. */
  readonly txtSlots: number | null;
} & (ValueRow | { readonly sequence: null; readonly digest: null });

export function hasValue(row: PublishedRow): row is PublishedRow & ValueRow {
  return row.sequence !== null;
}

/** Rows of the trail, to be followed by what is wanted of them. */
export const AUDIT_ROWS = `
  SELECT sequence, time_ms AS timeMs, action, result, delegate_id AS delegateId, credential_id AS credentialId,
    peer, forwarded, detail, previous_hash AS previousHash
  FROM audit`;

// RFC 1982 section 3.1: addition modulo 2^32, so 4294967295 is followed by 0.
const NEXT_SERIAL = "(serial + 1) % 4294967296";

const DAY_MS = 86_400_000;

export const SQL: Readonly<Record<keyof Statements, string>> = {
  beginRun: `
    INSERT INTO zone (apex, serial) VALUES (@zone, @initialSerial)
    ON CONFLICT (apex) DO UPDATE SET serial = ${NEXT_SERIAL}
    RETURNING serial`,
  raiseSerial: `UPDATE zone SET serial = ${NEXT_SERIAL} WHERE id = ? RETURNING serial`,
  findZone: "SELECT id FROM zone WHERE apex = ?",

  findUsername: "SELECT id FROM credential WHERE username = ?",
  insertDelegate: `
    INSERT INTO delegate (zone_id, subdomain, allow_from, created_ms, labels, tenant, contact, reversed, txt_slots)
    VALUES (@zoneId, lower(@subdomain), @allowFrom, @createdMs, @labels, @tenant, @contact, @reversed, @txtSlots)
    ON CONFLICT (zone_id, subdomain) DO NOTHING`,
  insertCredential: `
    INSERT INTO credential (delegate_id, username, key_scheme, key_hash, created_ms)
    VALUES (@delegateId, @username, 'sha256', @keyHash, @createdMs)`,

  findCredential: `
    SELECT c.id, c.key_scheme AS keyScheme, c.key_hash AS keyHash, d.id AS delegateId, z.apex AS zone, d.subdomain,
      d.allow_from AS allowFrom, d.created_ms AS delegateCreatedMs, c.revoked_ms AS revokedMs,
      d.disabled_ms AS disabledMs, c.expires_ms AS expiresMs
    FROM credential AS c JOIN delegate AS d ON d.id = c.delegate_id JOIN zone AS z ON z.id = d.zone_id
    WHERE c.username = ? AND c.key_scheme IN ('sha256', 'bcrypt') AND d.deleted_ms IS NULL`,
  findWriter: `
    SELECT d.zone_id AS zoneId, z.apex AS zone, d.subdomain, c.last_used_ms AS lastUsedMs,
      d.txt_slots AS txtSlots
    FROM credential AS c JOIN delegate AS d ON d.id = c.delegate_id JOIN zone AS z ON z.id = d.zone_id
    WHERE c.id = @credentialId AND d.id = @delegateId
      AND c.revoked_ms IS NULL AND d.deleted_ms IS NULL AND d.disabled_ms IS NULL
      AND (c.expires_ms IS NULL OR c.expires_ms > @nowMs)`,
  // Twelve days of five digits and a space each.
  touchCredential: `
    UPDATE credential SET last_used_ms = @nowMs, used_days = iif(
      last_used_ms / ${DAY_MS} IS cast(@nowMs AS INTEGER) / ${DAY_MS} AND used_days <> '',
      used_days,
      substr((cast(@nowMs AS INTEGER) / ${DAY_MS}) || ' ' || used_days, 1, 72))
    WHERE id = @credentialId`,

  replaceImportedKey: `
    UPDATE credential SET key_scheme = 'sha256', key_hash = @keyHash
    WHERE id = @credentialId AND key_scheme = 'bcrypt' AND key_hash = @bcryptHash`,

  insertValue: `
    INSERT INTO challenge_value (delegate_id, digest, created_ms)
    VALUES (@delegateId, @digest, @createdMs)`,
  forgetRepeated: `
    DELETE FROM challenge_value WHERE delegate_id = @delegateId AND digest = @digest`,
  forgetOldValues: `
    DELETE FROM challenge_value
    WHERE delegate_id = @delegateId AND sequence <= (
      SELECT sequence FROM challenge_value WHERE delegate_id = @delegateId
      ORDER BY sequence DESC LIMIT 1 OFFSET @slots)`,
  valuesOfDelegate: `
    SELECT sequence, digest FROM challenge_value WHERE delegate_id = ? ORDER BY sequence`,

  insertAudit: `
    INSERT INTO audit (sequence, time_ms, action, result, delegate_id, credential_id, peer, forwarded, detail, previous_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  newestAudit: `${AUDIT_ROWS} ORDER BY sequence DESC LIMIT 1`,
  auditAnchor: "SELECT sequence, hash, newest FROM audit_anchor WHERE id = 1",
  setNewestAudit: "UPDATE audit_anchor SET newest = ? WHERE id = 1",

  cookieSecrets: `
    SELECT secret, created_ms AS createdMs FROM cookie_secret ORDER BY id DESC`,
  insertCookieSecret: `
    INSERT INTO cookie_secret (secret, created_ms) VALUES (@secret, @createdMs)`,
  forgetOldCookieSecrets: `
    DELETE FROM cookie_secret
    WHERE id NOT IN (SELECT id FROM cookie_secret ORDER BY id DESC LIMIT 2)`,

  publishedPage: `
    SELECT page.id AS delegateId, page.subdomain, page.txt_slots AS txtSlots, v.sequence, v.digest
    FROM (
      SELECT id, subdomain, txt_slots FROM delegate
      WHERE zone_id = (SELECT id FROM zone WHERE apex = @zone) AND deleted_ms IS NULL AND id > @after
      ORDER BY id LIMIT @delegates
    ) AS page
    LEFT JOIN challenge_value AS v ON v.delegate_id = page.id
    ORDER BY page.id, v.sequence`,

  countDelegates: `
    SELECT apex AS zone, (
      SELECT count(*) FROM delegate WHERE zone_id = zone.id AND deleted_ms IS NULL
    ) AS delegates
    FROM zone ORDER BY apex`,
};

export function prepareStatements(database: Database): Statements {
  return {
    beginRun: database.prepare(SQL.beginRun),
    raiseSerial: database.prepare(SQL.raiseSerial),
    findZone: database.prepare(SQL.findZone),
    findUsername: database.prepare(SQL.findUsername),
    insertDelegate: database.prepare(SQL.insertDelegate),
    insertCredential: database.prepare(SQL.insertCredential),
    findCredential: database.prepare(SQL.findCredential),
    findWriter: database.prepare(SQL.findWriter),
    touchCredential: database.prepare(SQL.touchCredential),
    replaceImportedKey: database.prepare(SQL.replaceImportedKey),
    insertValue: database.prepare(SQL.insertValue),
    forgetRepeated: database.prepare(SQL.forgetRepeated),
    forgetOldValues: database.prepare(SQL.forgetOldValues),
    valuesOfDelegate: database.prepare(SQL.valuesOfDelegate),
    insertAudit: database.prepare(SQL.insertAudit),
    newestAudit: database.prepare(SQL.newestAudit),
    auditAnchor: database.prepare(SQL.auditAnchor),
    setNewestAudit: database.prepare(SQL.setNewestAudit),
    cookieSecrets: database.prepare(SQL.cookieSecrets),
    insertCookieSecret: database.prepare(SQL.insertCookieSecret),
    forgetOldCookieSecrets: database.prepare(SQL.forgetOldCookieSecrets),
    publishedPage: database.prepare(SQL.publishedPage),
    countDelegates: database.prepare(SQL.countDelegates),
  };
}
