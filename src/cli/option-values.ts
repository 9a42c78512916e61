import { InvalidArgumentError } from "commander";
import { duration, type ValueKind } from "../config/value-kind.ts";
import { parseLabelChange } from "../delegate/labels.ts";
import { parseTokenScopes, scopesText, TOKEN_SCOPES } from "../delegate/token-scope.ts";

/** What may stand behind an option, read while the command line is. */

const CENTURY_SECONDS = 3_153_600_000;
const LIFETIME = duration(1, CENTURY_SECONDS);
const LIFETIME_OR_NONE = duration(0, CENTURY_SECONDS);
const LOGGED_HEAD = /^([0-9]{1,15}):([0-9a-f]{64})$/i;

export function positiveInteger(text: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

export function portNumber(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a port from 1 to 65535.");
}

export function tokenScopes(text: string): string {
  const scopes = parseTokenScopes(text);
  if (scopes !== undefined) return scopesText(scopes);
  throw new InvalidArgumentError(`It must be one or more of ${TOKEN_SCOPES.join(", ")}.`);
}

/** Seconds of a time span as the configuration writes them, such as 30d. */
export function timeSpan(text: string): number {
  return spanBy(LIFETIME, text);
}

/** The same, or 0. */
export function timeSpanOrNone(text: string): number {
  return spanBy(LIFETIME_OR_NONE, text);
}

function spanBy(kind: ValueKind<number>, text: string): number {
  const accepted = kind.read(kind.fromText(text));
  if (accepted !== undefined) return accepted.value;
  throw new InvalidArgumentError(`It must be ${kind.allowed}; for example 72h.`);
}

/** One that the server has logged. */
export interface LoggedHead {
  readonly sequence: number;
  /** 64 hexadecimal digits, lower case. */
  readonly hash: string;
}

export function loggedHead(text: string): LoggedHead {
  const [, sequence, hash] = LOGGED_HEAD.exec(text) ?? [];
  if (sequence !== undefined && hash !== undefined) {
    return { sequence: Number(sequence), hash: hash.toLowerCase() };
  }
  throw new InvalidArgumentError("It must be SEQUENCE:HASH, as the server has logged it.");
}

/** Labels that are looked for, such as env=prod. */
export function labelChange(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [key, value] = parseLabelChange(text) ?? [];
  if (key !== undefined && value !== undefined) return new Map([...before, [key, value]]);
  throw new InvalidArgumentError("It must be KEY=VALUE, such as env=prod.");
}
