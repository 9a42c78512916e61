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

/**
 * Delegates that are disabled, keys with their last use, tokens, and the audit trail: rows that are only
 * ever added, each with the hash of the one before. What is pruned leaves its last hash in audit_anchor.
 */
export const SCHEMA_VERSION_3 = `
ALTER TABLE delegate ADD COLUMN disabled_ms INTEGER;
ALTER TABLE credential ADD COLUMN last_used_ms INTEGER;

CREATE TABLE token (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  scope         TEXT NOT NULL,
  label         TEXT NOT NULL,
  token_hash    BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  created_ms    INTEGER NOT NULL,
  expires_ms    INTEGER,
  last_used_ms  INTEGER,
  revoked_ms    INTEGER
) STRICT;

CREATE TABLE audit (
  sequence       INTEGER PRIMARY KEY,
  time_ms        INTEGER NOT NULL,
  action         TEXT NOT NULL,
  result         TEXT NOT NULL,
  delegate_id    INTEGER,
  credential_id  INTEGER,
  peer           TEXT NOT NULL,
  forwarded      TEXT,
  detail         TEXT,
  previous_hash  BLOB NOT NULL CHECK (length(previous_hash) = 32)
) STRICT;

-- The newest row that was pruned, and the number of the newest row of all: if rows at the end are taken away, it shows.
CREATE TABLE audit_anchor (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  sequence  INTEGER NOT NULL,
  hash      BLOB NOT NULL CHECK (length(hash) = 32),
  newest    INTEGER NOT NULL
) STRICT;
INSERT INTO audit_anchor (id, sequence, hash, newest) VALUES (1, 0, zeroblob(32), 0);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_pruned_up_to_its_anchor BEFORE DELETE ON audit
WHEN old.sequence > (SELECT sequence FROM audit_anchor)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

-- Written by probes of readiness.
CREATE TABLE probe (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  written_ms  INTEGER NOT NULL
) STRICT;
`;

/** Labels of delegates, as JSON, and keys that end when another has taken their place. */
export const SCHEMA_VERSION_4 = `
ALTER TABLE delegate ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';
ALTER TABLE credential ADD COLUMN expires_ms INTEGER;
-- To count them.
CREATE INDEX delegate_disabled ON delegate (id) WHERE disabled_ms IS NOT NULL;
CREATE INDEX delegate_deleted ON delegate (id) WHERE deleted_ms IS NOT NULL;
`;

/** What clients of lego's storage protocol keep here: sealed with a key that is not in the database. */
export const SCHEMA_VERSION_5 = `
CREATE TABLE sealed_entry (
  id         INTEGER PRIMARY KEY,
  namespace  BLOB NOT NULL CHECK (length(namespace) = 32),
  name       TEXT NOT NULL CHECK (name = lower(name)),
  sealed     BLOB NOT NULL,
  stored_ms  INTEGER NOT NULL,
  UNIQUE (namespace, name)
) STRICT;
`;

/**
 * Host names of customers with what is known of them, names of delegates that people can read, and requests
 * that are not done twice. `reversed` has the labels of such a name from the right, each with a dot behind it,
 * so that the names below another one lie together.
 */
export const SCHEMA_VERSION_6 = `
ALTER TABLE delegate ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
ALTER TABLE delegate ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE delegate ADD COLUMN served_ms INTEGER;
-- Null: as many as the configuration says.
ALTER TABLE delegate ADD COLUMN txt_slots INTEGER;
ALTER TABLE credential ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE delegate ADD COLUMN reversed TEXT;
CREATE INDEX delegate_readable ON delegate (zone_id, reversed)
  WHERE reversed IS NOT NULL AND deleted_ms IS NULL;

CREATE TABLE hostname (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  name           TEXT NOT NULL UNIQUE CHECK (name = lower(name)),
  delegate_id    INTEGER NOT NULL REFERENCES delegate (id),
  tenant         TEXT NOT NULL,
  labels         TEXT NOT NULL,
  edge_targets   TEXT NOT NULL,
  created_ms     INTEGER NOT NULL,
  state          TEXT NOT NULL,
  since_ms       INTEGER NOT NULL,
  reason         TEXT NOT NULL,
  advice         TEXT NOT NULL,
  facts          TEXT NOT NULL,
  checked_ms     INTEGER,
  next_check_ms  INTEGER,
  report         TEXT
) STRICT;
CREATE INDEX hostname_of_delegate ON hostname (delegate_id, id);
CREATE INDEX hostname_state ON hostname (state, id);
CREATE INDEX hostname_due ON hostname (next_check_ms) WHERE next_check_ms IS NOT NULL;

CREATE TABLE hostname_change (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  hostname_id  INTEGER NOT NULL,
  time_ms      INTEGER NOT NULL,
  state        TEXT NOT NULL,
  reason       TEXT NOT NULL
) STRICT;
CREATE INDEX hostname_change_of ON hostname_change (hostname_id, id);

-- The answer is sealed with a key that the token makes, which is not here.
CREATE TABLE answered_request (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  token_id      INTEGER NOT NULL,
  key_hash      BLOB NOT NULL CHECK (length(key_hash) = 32),
  request_hash  BLOB NOT NULL CHECK (length(request_hash) = 32),
  begun_ms      INTEGER NOT NULL,
  answer        BLOB,
  UNIQUE (token_id, key_hash)
) STRICT;
CREATE INDEX answered_request_begun ON answered_request (begun_ms);
`;

/** Reports as JSON, deflated (RFC 1951): most of them is the same words. The next look at each makes it anew. */
export const SCHEMA_VERSION_7 = `
ALTER TABLE hostname DROP COLUMN report;
ALTER TABLE hostname ADD COLUMN report BLOB;
`;

/**
 * People who use the portal, links to pages for customers, and how much there was to do in each hour. The trail is
 * read by delegate, too. A one-time password is 32 octets of SHA-256.
 */
export const SCHEMA_VERSION_8 = `
CREATE TABLE portal_user (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  name             TEXT NOT NULL UNIQUE,
  role             TEXT NOT NULL,
  -- Null: a proxy says who it is.
  password_scheme  TEXT,
  password_hash    BLOB CHECK (password_scheme <> 'one-time' OR length(password_hash) = 32),
  password_number  INTEGER NOT NULL DEFAULT 1,
  password_ms      INTEGER NOT NULL,
  created_ms       INTEGER NOT NULL,
  last_login_ms    INTEGER,
  CHECK ((password_scheme IS NULL) = (password_hash IS NULL))
) STRICT;

CREATE TABLE customer_link (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  hostname_id  INTEGER NOT NULL UNIQUE REFERENCES hostname (id) ON DELETE CASCADE,
  token_hash   BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  created_ms   INTEGER NOT NULL
) STRICT;

CREATE TABLE activity (
  hour   INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (hour, kind)
) STRICT, WITHOUT ROWID;

-- What lists show of the report, as JSON.
ALTER TABLE hostname ADD COLUMN gist TEXT;
-- With the name, of which a part is looked for: a row has its report with it, and four of them fill a page.
DROP INDEX hostname_state;
CREATE INDEX hostname_in_state ON hostname (state, id, name);
-- So do those of a delegate, whose list is searched by them.
DROP INDEX hostname_of_delegate;
CREATE INDEX hostname_named_of_delegate ON hostname (delegate_id, id, name);

-- The days of its newest updates, the newest first, in days since 1970: an update writes into this row anyway.
ALTER TABLE credential ADD COLUMN used_days TEXT NOT NULL DEFAULT '';
-- In the order of the sequence, which is the row number that every index has. Not for updates that were accepted,
-- which it would make slower.
CREATE INDEX audit_of_delegate ON audit (delegate_id)
  WHERE delegate_id IS NOT NULL AND (action <> 'update' OR result <> 'accepted');
`;
