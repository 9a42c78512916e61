import type { Database, Statement } from "better-sqlite3";
import { prepareWhenUsed } from "./prepare-when-used.ts";

/** Statements about users, links for customers and activity. */
export interface PortalStatements {
  readonly findUser: Statement<[name: string], UserRow>;
  readonly users: Statement<[], UserRow>;
  readonly countUsers: Statement<[], { count: number }>;
  readonly countUsersOfRole: Statement<[role: string], { count: number }>;
  readonly insertUser: Statement<
    [
      {
        name: string;
        role: string;
        passwordScheme: string | null;
        passwordHash: Uint8Array | null;
        timeMs: number;
      },
    ]
  >;
  readonly setPassword: Statement<
    [
      {
        name: string;
        passwordScheme: string | null;
        passwordHash: Uint8Array | null;
        timeMs: number;
        seenId: number | null;
        seenNumber: number | null;
      },
    ]
  >;
  readonly setRole: Statement<[{ name: string; role: string }]>;
  readonly deleteUser: Statement<[name: string]>;
  readonly setLogin: Statement<[{ name: string; nowMs: number }]>;

  readonly linkOf: Statement<[hostnameId: number], { createdMs: number }>;
  readonly findLink: Statement<[tokenHash: Uint8Array], { hostnameId: number }>;
  readonly insertLink: Statement<[{ hostnameId: number; tokenHash: Uint8Array; timeMs: number }]>;
  readonly deleteLink: Statement<[hostnameId: number]>;

  readonly addActivity: Statement<[{ hour: number; kind: string; count: number }]>;
  readonly forgetActivity: Statement<[beforeHour: number]>;
  readonly activitySince: Statement<[hour: number], ActivityRow>;
}

export interface UserRow {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly passwordScheme: "bcrypt" | "one-time" | null;
  readonly passwordHash: Buffer | null;
  readonly passwordNumber: number;
  readonly passwordMs: number;
  readonly createdMs: number;
  readonly lastLoginMs: number | null;
}

export interface ActivityRow {
  /** Hours since 1970. */
  readonly hour: number;
  readonly kind: string;
  readonly count: number;
}

const USERS = `
  SELECT id, name, role, password_scheme AS passwordScheme, password_hash AS passwordHash,
    password_number AS passwordNumber, password_ms AS passwordMs, created_ms AS createdMs,
    last_login_ms AS lastLoginMs
  FROM portal_user`;

const PORTAL_SQL: Readonly<Record<keyof PortalStatements, string>> = {
  findUser: `${USERS} WHERE name = ?`,
  users: `${USERS} ORDER BY name`,
  countUsers: "SELECT count(*) AS count FROM portal_user",
  countUsersOfRole: "SELECT count(*) AS count FROM portal_user WHERE role = ?",
  insertUser: `
    INSERT INTO portal_user (name, role, password_scheme, password_hash, password_ms, created_ms)
    VALUES (@name, @role, @passwordScheme, @passwordHash, @timeMs, @timeMs)`,
  setPassword: `
    UPDATE portal_user SET password_scheme = @passwordScheme, password_hash = @passwordHash,
      password_number = password_number + 1, password_ms = @timeMs
    WHERE name = @name
      AND (@seenId IS NULL OR (id = @seenId AND password_number = @seenNumber))`,
  setRole: "UPDATE portal_user SET role = @role WHERE name = @name",
  deleteUser: "DELETE FROM portal_user WHERE name = ?",
  setLogin: "UPDATE portal_user SET last_login_ms = @nowMs WHERE name = @name",

  linkOf: "SELECT created_ms AS createdMs FROM customer_link WHERE hostname_id = ?",
  findLink: "SELECT hostname_id AS hostnameId FROM customer_link WHERE token_hash = ?",
  insertLink: `
    INSERT INTO customer_link (hostname_id, token_hash, created_ms)
    VALUES (@hostnameId, @tokenHash, @timeMs)`,
  deleteLink: "DELETE FROM customer_link WHERE hostname_id = ?",

  addActivity: `
    INSERT INTO activity (hour, kind, count) VALUES (@hour, @kind, @count)
    ON CONFLICT (hour, kind) DO UPDATE SET count = count + excluded.count`,
  forgetActivity: "DELETE FROM activity WHERE hour < ?",
  activitySince: "SELECT hour, kind, count FROM activity WHERE hour >= ? ORDER BY hour",
};

/** Each is prepared with its first use: a server without a portal has none. */
export function preparePortalStatements(database: Database): PortalStatements {
  return prepareWhenUsed<PortalStatements>(database, PORTAL_SQL);
}
