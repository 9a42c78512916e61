import { hash as digestOf } from "node:crypto";
import { PassedTime } from "../../limit/passed-time.ts";
import type { UserRecord } from "../../store/users.ts";

/** A session that nobody has used for so long is over, milliseconds. */
const IDLE_MS = 30 * 60_000;
const MOST_SESSIONS = 10_000;
/** Nobody ends the sessions of others by signing in again and again. */
const MOST_SESSIONS_OF_USER = 20;
/** 256 random bits. */
const TOKEN_OCTETS = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** A value that nobody can guess: of a session, or of a cookie before there is one. `randomOctets`: a CSPRNG. */
export function randomToken(randomOctets: (count: number) => Buffer): string {
  return randomOctets(TOKEN_OCTETS).toString("base64url");
}

/** Whether `randomToken` can have made it. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Somebody who has shown a password. */
export interface SignedIn {
  readonly userId: number;
  readonly userName: string;
  /** Of the password that was shown: with another one the session is over. */
  readonly passwordNumber: number;
  /** It was a one-time password: nothing can be done but to choose another one. */
  readonly mustChoosePassword: boolean;
  /** The address that it came from, for people. */
  readonly source: string;
}

export interface Session extends SignedIn {
  /** Milliseconds since 1970, for people: a session ends by the time that has passed. */
  readonly createdMs: number;
}

interface Entry {
  readonly session: Session;
  /** Of the time that has passed. */
  readonly openedMs: number;
  usedMs: number;
}

export interface SessionsOptions {
  /** A CSPRNG. */
  readonly randomOctets: (count: number) => Buffer;
  /** How long one lasts at most, however busy it is. */
  readonly maxSeconds: number;
}

/**
 * Who is signed in, in memory alone: a restart ends all sessions. They are known by the hash of their token, so
 * that nobody who reads the memory can act for them, and how far a guess agrees takes no time that can be measured.
 */
export class Sessions {
  readonly #randomOctets: (count: number) => Buffer;
  readonly #maxMs: number;
  readonly #time = new PassedTime();
  /** The oldest first. */
  readonly #entries = new Map<string, Entry>();

  constructor({ randomOctets, maxSeconds }: SessionsOptions) {
    this.#randomOctets = randomOctets;
    this.#maxMs = maxSeconds * 1000;
  }

  /** Those that are over are among them until the next one is opened. */
  get size(): number {
    return this.#entries.size;
  }

  /** A new session, always with a new token. Beyond 20 of somebody their oldest is over, beyond 10,000 the oldest. */
  open(who: SignedIn, nowMs: number): string {
    const passedMs = this.#time.at(nowMs);
    this.#forgetEnded(passedMs);
    this.#makeRoomFor(who.userId);
    const token = randomToken(this.#randomOctets);
    const session = { ...who, createdMs: nowMs };
    this.#entries.set(keyOf(token), { session, openedMs: passedMs, usedMs: passedMs });
    return token;
  }

  /** The session of a token, which is in use from now on; undefined: there is none, or it is over. */
  find(token: string, nowMs: number): Session | undefined {
    const passedMs = this.#time.at(nowMs);
    if (!isToken(token)) return undefined;
    const key = keyOf(token);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#isOver(entry, passedMs)) {
      this.#entries.delete(key);
      return undefined;
    }
    entry.usedMs = passedMs;
    return entry.session;
  }

  close(token: string): void {
    this.#entries.delete(keyOf(token));
  }

  #isOver({ openedMs, usedMs }: Entry, passedMs: number): boolean {
    return passedMs - usedMs >= IDLE_MS || passedMs - openedMs >= this.#maxMs;
  }

  /** Nothing stays because nobody comes back. Makes room for one. */
  #forgetEnded(passedMs: number): void {
    for (const [key, entry] of this.#entries) {
      if (this.#isOver(entry, passedMs)) this.#entries.delete(key);
    }
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < MOST_SESSIONS) return;
      this.#entries.delete(oldest);
    }
  }

  #makeRoomFor(userId: number): void {
    const theirs = [...this.#entries].filter(([, { session }]) => session.userId === userId);
    for (const [key] of theirs.slice(0, Math.max(theirs.length - MOST_SESSIONS_OF_USER + 1, 0))) {
      this.#entries.delete(key);
    }
  }
}

function keyOf(token: string): string {
  return digestOf("sha256", token, "hex");
}

/**
 * Whether the session is still that of this user: another password, or another user of that name, ends it.
 * `user`: as the store has it now.
 */
export function isSessionOf(session: SignedIn, user: UserRecord | undefined): boolean {
  return user?.id === session.userId && user.passwordNumber === session.passwordNumber;
}
