import { MOST_COOKIE_SECRETS } from "../dns/server-cookie.ts";

const SECRET_OCTETS = 16;
/** Words: the generation, odd while the secrets change, and their number. */
const GENERATION = 0;
const COUNT = 1;
const HEAD_OCTETS = 8;

/**
 * The secrets that DNS cookies are made with, as all threads see them. One thread publishes; the others
 * look at the generation, and take a copy when it has changed.
 */
export class SharedSecrets {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #octets: Uint8Array;
  #generation = 0;
  #current: readonly Uint8Array[] = [];

  /** `memory` of another thread's; new memory without secrets if there is none. */
  constructor(
    memory: SharedArrayBuffer = new SharedArrayBuffer(
      HEAD_OCTETS + MOST_COOKIE_SECRETS * SECRET_OCTETS,
    ),
  ) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, HEAD_OCTETS / 4);
    this.#octets = new Uint8Array(memory, HEAD_OCTETS);
  }

  /** 16 octets each, MOST_COOKIE_SECRETS at most. For one thread alone. */
  publish(secrets: readonly Uint8Array[]): void {
    if (secrets.length > MOST_COOKIE_SECRETS) throw new RangeError("too many cookie secrets");
    Atomics.add(this.#words, GENERATION, 1);
    for (const [i, secret] of secrets.entries()) this.#octets.set(secret, i * SECRET_OCTETS);
    Atomics.store(this.#words, COUNT, secrets.length);
    Atomics.add(this.#words, GENERATION, 1);
  }

  /** The newest that were whole when this was asked. */
  get current(): readonly Uint8Array[] {
    const generation = Atomics.load(this.#words, GENERATION);
    if (generation !== this.#generation) this.#copy(generation);
    return this.#current;
  }

  #copy(generation: number): void {
    const secrets = Array.from({ length: Atomics.load(this.#words, COUNT) }, (_, i) =>
      this.#octets.slice(i * SECRET_OCTETS, (i + 1) * SECRET_OCTETS),
    );
    const isWhole = generation % 2 === 0 && generation === Atomics.load(this.#words, GENERATION);
    // If not, those before are good, and the next query looks again.
    if (!isWhole) return;
    this.#current = secrets;
    this.#generation = generation;
  }
}
