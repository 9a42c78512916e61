/** How often something may happen to each key. */
export interface BucketOptions {
  /** So many times in `intervalMs`, spread evenly. */
  readonly times: number;
  readonly intervalMs: number;
  /** So many at once, after a time of rest. */
  readonly burst: number;
  /** Keys that are remembered: of those beyond, the one that was quiet for longest is forgotten. */
  readonly mostKeys: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * A token bucket for each key, in bounded memory: whoever comes from ever new addresses makes it forget,
 * not grow. A clock that is set back or forward costs nobody more than a full bucket's time.
 */
export class TokenBuckets {
  readonly #options: BucketOptions;
  readonly #msPerToken: number;
  /** Most recently used last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: BucketOptions) {
    this.#options = options;
    this.#msPerToken = options.intervalMs / options.times;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token. Gives 0, or after how many milliseconds there will be one. */
  take(key: string, nowMs: number): number {
    const bucket = this.#refilled(key, nowMs);
    const waitMs = this.#waitOf(bucket);
    if (waitMs === 0) bucket.tokens -= 1;
    this.#remember(key, bucket);
    return waitMs;
  }

  /** As `take`, and nothing is taken. */
  wait(key: string, nowMs: number): number {
    return this.#waitOf(this.#refilled(key, nowMs));
  }

  /** How many there are, whole ones. */
  left(key: string, nowMs: number): number {
    return Math.floor(this.#refilled(key, nowMs).tokens);
  }

  /** What was taken for nothing comes back. */
  giveBack(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return;
    bucket.tokens = Math.min(bucket.tokens + 1, this.#options.burst);
  }

  #refilled(key: string, nowMs: number): Bucket {
    const { burst } = this.#options;
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return { tokens: burst, atMs: nowMs };
    const passedMs = Math.max(nowMs - bucket.atMs, 0);
    bucket.tokens = Math.min(bucket.tokens + passedMs / this.#msPerToken, burst);
    bucket.atMs = nowMs;
    return bucket;
  }

  #waitOf({ tokens }: Bucket): number {
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) * this.#msPerToken);
  }

  #remember(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    if (this.#buckets.size >= this.#options.mostKeys) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    this.#buckets.set(key, bucket);
  }
}
