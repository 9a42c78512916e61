import type { Database, Statement } from "better-sqlite3";
import type { AuditRow } from "../../audit/audit-chain.ts";
import type { CredentialRecord, UnusedDelegate, UpdatedDelegate } from "../administration.ts";
import { AUDIT_ROWS } from "./statements.ts";

/** Statements of what happens now and then: prepared when the first of them is needed. */
export interface AdminStatements {
  readonly findDelegate: Statement<[{ zone: string; subdomain: string }], DelegateRow>;
  readonly findDelegateById: Statement<[delegateId: number], DelegateRow>;
  readonly findDelegateByFullName: Statement<[{ name: string }], DelegateRow>;
  readonly findDelegatesNamed: Statement<[subdomain: string], DelegateRow>;
  readonly credentials: Statement<[{ delegateId: number; nowMs: number }], CredentialRow>;
  readonly unused: Statement<[{ zone: string; beforeMs: number; most: number }], UnusedDelegate>;
  readonly countStates: Statement<[], { live: number; disabled: number; deleted: number }>;
  readonly lastUpdates: Statement<[most: number], UpdatedDelegate>;
  readonly revoke: Statement<
    [{ credentialId: number; timeMs: number }],
    { readonly delegateId: number }
  >;
  readonly setKeyLabel: Statement<[{ credentialId: number; label: string }]>;
  readonly setDisabled: Statement<[{ delegateId: number; disabledMs: number | null }]>;
  readonly setDeleted: Statement<[{ delegateId: number; deletedMs: number | null }]>;
  readonly setLabels: Statement<[{ delegateId: number; labels: string }]>;
  readonly setSaid: Statement<
    [
      {
        delegateId: number;
        allowFrom: string;
        labels: string;
        tenant: string;
        contact: string;
        txtSlots: number | null;
      },
    ]
  >;
  readonly setExpiry: Statement<
    [{ delegateId: number; but: number; expiresMs: number; nowMs: number }]
  >;
  readonly setCreated: Statement<[{ delegateId: number; createdMs: number }]>;
  readonly deleteValues: Statement<[delegateId: number]>;
  readonly deleteValue: Statement<[sequence: number]>;
  readonly deleteCredentials: Statement<[delegateId: number]>;
  readonly oldValues: Statement<[{ after: number; rows: number }], OldValueRow>;
  readonly insertToken: Statement<
    [
      {
        scope: string;
        label: string;
        tokenHash: Uint8Array;
        timeMs: number;
        expiresMs: number | null;
      },
    ]
  >;
  readonly liveTokens: Statement<[{ nowMs: number; most: number }], TokenRow>;
  readonly findToken: Statement<[{ tokenHash: Uint8Array; nowMs: number }], TokenRow>;
  readonly useToken: Statement<[{ id: number; nowMs: number }]>;
  readonly revokeToken: Statement<[{ id: number; timeMs: number }]>;
  readonly newestAudits: Statement<[rows: number], AuditRow>;
  readonly auditAt: Statement<[sequence: number], AuditRow>;
  readonly firstAuditNotBefore: Statement<
    [{ after: number; upTo: number; beforeMs: number }],
    { sequence: number }
  >;
  readonly setAnchor: Statement<[{ sequence: number; hash: Uint8Array }]>;
  readonly deleteAudits: Statement<[upTo: number]>;
  readonly probe: Statement<[{ nowMs: number }]>;
  readonly newestCreations: Statement<[{ zone: string; most: number }], { createdMs: number }>;
  readonly findSealed: Statement<[{ namespace: Uint8Array; name: string }], { sealed: Buffer }>;
  readonly listSealed: Statement<[namespace: Uint8Array], { name: string; sealed: Buffer }>;
  readonly countSealed: Statement<[namespace: Uint8Array], { count: number }>;
  readonly putSealed: Statement<
    [{ namespace: Uint8Array; name: string; sealed: Uint8Array; timeMs: number }]
  >;
  readonly storedSerial: Statement<[apex: string], { serial: number }>;
}

export interface DelegateRow {
  readonly id: number;
  readonly zoneId: number;
  readonly zone: string;
  readonly subdomain: string;
  readonly createdMs: number;
  readonly disabledMs: number | null;
  readonly deletedMs: number | null;
  /** JSON. */
  readonly labels: string;
  readonly allowFrom: string;
  readonly tenant: string;
  readonly contact: string;
  readonly txtSlots: number | null;
}

export interface TokenRow {
  readonly id: number;
  readonly tokenHash: Buffer;
  readonly scope: string;
  readonly label: string;
  readonly lastUsedMs: number | null;
}

type CredentialRow = Omit<CredentialRecord, "lastUsedMs" | "expiresMs"> & {
  readonly lastUsedMs: number | null;
  readonly expiresMs: number | null;
};

export interface OldValueRow {
  readonly sequence: number;
  readonly delegateId: number;
  readonly createdMs: number;
  /** 1 or 0. */
  readonly hasNewer: number;
}

const DELEGATES = `
  SELECT d.id, d.zone_id AS zoneId, z.apex AS zone, d.subdomain, d.created_ms AS createdMs,
    d.disabled_ms AS disabledMs, d.deleted_ms AS deletedMs, d.labels,
    d.allow_from AS allowFrom, d.tenant, d.contact, d.txt_slots AS txtSlots
  FROM delegate AS d JOIN zone AS z ON z.id = d.zone_id`;

const TOKENS = `
  SELECT id, token_hash AS tokenHash, scope, label, last_used_ms AS lastUsedMs FROM token`;

export const ADMIN_SQL: Readonly<Record<keyof AdminStatements, string>> = {
  findDelegate: `${DELEGATES}
    WHERE d.zone_id = (SELECT id FROM zone WHERE apex = @zone) AND d.subdomain = lower(@subdomain)`,
  findDelegateById: `${DELEGATES} WHERE d.id = ?`,
  findDelegateByFullName: `${DELEGATES}
    WHERE substr(@name, -length(z.apex) - 1) = '.' || z.apex
      AND d.subdomain = substr(@name, 1, length(@name) - length(z.apex) - 1)
    ORDER BY length(z.apex) DESC LIMIT 1`,
  findDelegatesNamed: `${DELEGATES}
    WHERE d.zone_id IN (SELECT id FROM zone) AND d.subdomain = lower(?) ORDER BY z.apex`,
  credentials: `
    SELECT id, username, label, key_scheme AS keyScheme, created_ms AS createdMs, last_used_ms AS lastUsedMs,
      expires_ms AS expiresMs
    FROM credential WHERE delegate_id = @delegateId AND revoked_ms IS NULL
      AND (expires_ms IS NULL OR expires_ms > @nowMs) ORDER BY id`,
  unused: `
    SELECT d.subdomain, max(d.created_ms, coalesce((
      SELECT max(last_used_ms) FROM credential WHERE delegate_id = d.id), 0)) AS lastUsedMs
    FROM delegate AS d
    WHERE d.zone_id = (SELECT id FROM zone WHERE apex = @zone) AND d.deleted_ms IS NULL
      AND lastUsedMs < @beforeMs
    ORDER BY lastUsedMs LIMIT @most`,
  countStates: `
    SELECT
      (SELECT count(*) FROM delegate WHERE deleted_ms IS NULL AND zone_id IN (SELECT id FROM zone)) AS live,
      (SELECT count(*) FROM delegate WHERE disabled_ms IS NOT NULL) AS disabled,
      (SELECT count(*) FROM delegate WHERE deleted_ms IS NOT NULL) AS deleted`,
  lastUpdates: `
    SELECT z.apex AS zone, d.subdomain, max(c.last_used_ms) AS lastUsedMs
    FROM credential AS c JOIN delegate AS d ON d.id = c.delegate_id JOIN zone AS z ON z.id = d.zone_id
    WHERE c.last_used_ms IS NOT NULL AND d.deleted_ms IS NULL
    GROUP BY d.id ORDER BY lastUsedMs DESC LIMIT ?`,
  revoke: `
    UPDATE credential SET revoked_ms = @timeMs WHERE id = @credentialId AND revoked_ms IS NULL
    RETURNING delegate_id AS delegateId`,
  setKeyLabel: "UPDATE credential SET label = @label WHERE id = @credentialId",
  setDisabled: "UPDATE delegate SET disabled_ms = @disabledMs WHERE id = @delegateId",
  setDeleted:
    "UPDATE delegate SET deleted_ms = @deletedMs, disabled_ms = NULL WHERE id = @delegateId",
  setLabels: "UPDATE delegate SET labels = @labels WHERE id = @delegateId",
  setSaid: `
    UPDATE delegate SET allow_from = @allowFrom, labels = @labels, tenant = @tenant, contact = @contact,
      txt_slots = @txtSlots
    WHERE id = @delegateId`,
  setExpiry: `
    UPDATE credential SET expires_ms = @expiresMs
    WHERE delegate_id = @delegateId AND id <> @but AND revoked_ms IS NULL
      AND (expires_ms IS NULL OR expires_ms > @nowMs)`,
  setCreated:
    "UPDATE delegate SET created_ms = @createdMs, served_ms = NULL WHERE id = @delegateId",
  deleteValues: "DELETE FROM challenge_value WHERE delegate_id = ?",
  deleteValue: "DELETE FROM challenge_value WHERE sequence = ?",
  deleteCredentials: "DELETE FROM credential WHERE delegate_id = ?",
  oldValues: `
    SELECT v.sequence, v.delegate_id AS delegateId, v.created_ms AS createdMs, EXISTS (
      SELECT 1 FROM challenge_value AS newer
      WHERE newer.delegate_id = v.delegate_id AND newer.sequence > v.sequence) AS hasNewer
    FROM challenge_value AS v WHERE v.sequence > @after ORDER BY v.sequence LIMIT @rows`,

  insertToken: `
    INSERT INTO token (scope, label, token_hash, created_ms, expires_ms)
    VALUES (@scope, @label, @tokenHash, @timeMs, @expiresMs)`,
  findToken: `${TOKENS}
    WHERE token_hash = @tokenHash AND revoked_ms IS NULL
      AND (expires_ms IS NULL OR expires_ms > @nowMs)`,
  liveTokens: `${TOKENS}
    WHERE revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > @nowMs) ORDER BY id LIMIT @most`,
  useToken: `
    UPDATE token SET last_used_ms = @nowMs
    WHERE id = @id AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > @nowMs)`,
  revokeToken: "UPDATE token SET revoked_ms = @timeMs WHERE id = @id AND revoked_ms IS NULL",

  newestAudits: `${AUDIT_ROWS} ORDER BY sequence DESC LIMIT ?`,
  auditAt: `${AUDIT_ROWS} WHERE sequence = ?`,
  firstAuditNotBefore: `
    SELECT sequence FROM audit WHERE sequence > @after AND sequence <= @upTo AND time_ms >= @beforeMs
    ORDER BY sequence LIMIT 1`,
  setAnchor: "UPDATE audit_anchor SET sequence = @sequence, hash = @hash WHERE id = 1",
  deleteAudits: "DELETE FROM audit WHERE sequence <= ?",

  probe: `
    INSERT INTO probe (id, written_ms) VALUES (1, @nowMs)
    ON CONFLICT (id) DO UPDATE SET written_ms = excluded.written_ms`,
  newestCreations: `
    SELECT created_ms AS createdMs FROM delegate
    WHERE zone_id = (SELECT id FROM zone WHERE apex = @zone) AND deleted_ms IS NULL
    ORDER BY id DESC LIMIT @most`,
  findSealed: "SELECT sealed FROM sealed_entry WHERE namespace = @namespace AND name = @name",
  listSealed: "SELECT name, sealed FROM sealed_entry WHERE namespace = ? ORDER BY name",
  countSealed: "SELECT count(*) AS count FROM sealed_entry WHERE namespace = ?",
  putSealed: `
    INSERT INTO sealed_entry (namespace, name, sealed, stored_ms)
    VALUES (@namespace, @name, @sealed, @timeMs)
    ON CONFLICT (namespace, name) DO UPDATE SET sealed = excluded.sealed, stored_ms = excluded.stored_ms`,
  storedSerial: "SELECT serial FROM zone WHERE apex = ?",
};

export function prepareAdminStatements(database: Database): AdminStatements {
  const entries = Object.entries(ADMIN_SQL).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(entries);
}
