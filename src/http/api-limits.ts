import { RecentKeys } from "../limit/recent-keys.ts";
import { TokenBuckets } from "../limit/token-buckets.ts";
import { WindowCount, withinDay } from "../limit/window-count.ts";

export interface ApiLimitOptions {
  /** 0: no limit, for each of them. */
  readonly registerPerSourcePerHour: number;
  readonly registerPerDay: number;
  readonly authFailuresPerSourcePerMinute: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So many registrations of one source at once, when it has made none for a while. */
const REGISTRATIONS_AT_ONCE = 10;
/** What is remembered of sources: some 200 octets for each. */
const MOST_SOURCES = 20_000;

/**
 * How much one source may ask for. Waits are milliseconds, 0 for none. Sources are those of
 * request-source.ts; nothing is ever limited by the name of a delegate or a user alone, so that nobody can
 * lock another one out.
 */
export class ApiLimits {
  readonly #registrations: TokenBuckets | undefined;
  readonly #registrationsOfDay: WindowCount | undefined;
  /** Sources of updates of delegates that are more than a day old: a flood of others costs them nothing. */
  readonly #known = new RecentKeys(MOST_SOURCES);
  readonly #failures: TokenBuckets | undefined;
  readonly #importedKeys: TokenBuckets | undefined;

  constructor(options: ApiLimitOptions) {
    const { registerPerSourcePerHour, registerPerDay } = options;
    const perMinute = options.authFailuresPerSourcePerMinute;
    const burst = Math.min(registerPerSourcePerHour, REGISTRATIONS_AT_ONCE);
    this.#registrations = bucketsOf(registerPerSourcePerHour, HOUR_MS, burst);
    this.#registrationsOfDay =
      registerPerDay > 0 ? new WindowCount(withinDay(registerPerDay)) : undefined;
    this.#failures = bucketsOf(perMinute, MINUTE_MS, perMinute);
    this.#importedKeys = bucketsOf(perMinute, MINUTE_MS, perMinute);
  }

  /** Counts a registration that is to be made now, unless it must wait. */
  takeRegistration(source: string, nowMs: number): number {
    const ofDay = this.#known.has(source) ? undefined : this.#registrationsOfDay;
    const dayWaitMs = ofDay?.wait(nowMs) ?? 0;
    if (dayWaitMs > 0) return dayWaitMs;
    const waitMs = this.#registrations?.take(source, nowMs) ?? 0;
    if (waitMs === 0) this.#registrationsOfDay?.count();
    return waitMs;
  }

  /** The registration was not made. */
  giveBackRegistration(source: string): void {
    this.#registrations?.giveBack(source);
    this.#registrationsOfDay?.giveBack();
  }

  /** An update was accepted from there. */
  noteUpdate(source: string, delegateCreatedMs: number, nowMs: number): void {
    if (nowMs - delegateCreatedMs > DAY_MS) this.#known.add(source);
  }

  /** Counts a wrong key or token. One that must wait is refused as too many, any other as wrong. */
  takeFailure(source: string, nowMs: number): number {
    return this.#failures?.take(source, nowMs) ?? 0;
  }

  /** Counts the check of an imported key, which is slow, before it is made. */
  takeImportedKey(source: string, username: string, nowMs: number): number {
    return this.#importedKeys?.take(`${source} ${username}`, nowMs) ?? 0;
  }
}

function bucketsOf(times: number, intervalMs: number, burst: number): TokenBuckets | undefined {
  if (times === 0) return undefined;
  return new TokenBuckets({ times, intervalMs, burst, mostKeys: MOST_SOURCES });
}
