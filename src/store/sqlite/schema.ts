/**
 * What a database of dnsvouch looks like on disk: the mark that tells it from other SQLite files,
 * and the steps that `migrations.ts` takes from version to version. A released text stays as it is.
 */

/** "DNSV" in ASCII: `PRAGMA application_id`, a big-endian integer at offset 68 of the file. */
export const APPLICATION_ID = 0x444e5356;

/**
 * Numbers of rows are never given out twice (AUTOINCREMENT): a request that was authenticated
 * before a deletion must not meet a newer row under the old number, and a sequence must rise for ever.
 *
 * Times are for display only. Nothing is ordered or decided by them.
 */
export const SCHEMA_VERSION_1 = `
CREATE TABLE zone (
  id      INTEGER PRIMARY KEY,
  apex    TEXT NOT NULL UNIQUE CHECK (apex = lower(apex)),
  serial  INTEGER NOT NULL CHECK (serial BETWEEN 0 AND 4294967295)
) STRICT;

-- A deleted delegate stays as a tombstone, so that its name is never issued again: a CNAME that a
-- former tenant left behind must not lead to the next one.
CREATE TABLE delegate (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  zone_id     INTEGER NOT NULL REFERENCES zone (id),
  subdomain   TEXT NOT NULL CHECK (subdomain = lower(subdomain)),
  allow_from  TEXT NOT NULL,
  created_ms  INTEGER NOT NULL,
  deleted_ms  INTEGER,
  UNIQUE (zone_id, subdomain)
) STRICT;
CREATE INDEX delegate_live ON delegate (zone_id, id) WHERE deleted_ms IS NULL;

CREATE TABLE credential (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  delegate_id  INTEGER NOT NULL REFERENCES delegate (id),
  username     TEXT NOT NULL UNIQUE,
  key_scheme   TEXT NOT NULL,
  key_hash     BLOB NOT NULL CHECK (key_scheme <> 'sha256' OR length(key_hash) = 32),
  created_ms   INTEGER NOT NULL,
  revoked_ms   INTEGER
) STRICT;
CREATE INDEX credential_of_delegate ON credential (delegate_id);

CREATE TABLE challenge_value (
  sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
  delegate_id  INTEGER NOT NULL REFERENCES delegate (id),
  digest       TEXT NOT NULL CHECK (length(digest) = 43),
  created_ms   INTEGER NOT NULL
) STRICT;
-- With the digest, reading all values of a million delegates takes 2 s instead of 6: the values of
-- one delegate lie together here, while in the table they lie in the order of the updates.
CREATE INDEX challenge_value_of_delegate ON challenge_value (delegate_id, sequence, digest);
`;

/** Secrets of DNS cookies (RFC 9018 section 5): the one in use and the one before it. */
export const SCHEMA_VERSION_2 = `
CREATE TABLE cookie_secret (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  secret      BLOB NOT NULL CHECK (length(secret) = 16),
  created_ms  INTEGER NOT NULL
) STRICT;
`;
