import type { Allowance, Exchange, Qtype, Reply, ServerAddress } from "./message.ts";

/** One check may send so many messages, and take so long, whatever it is asked about. */
export const MOST_QUERIES = 80;
export const LONGEST_MS = 20_000;
/** RFC 1035 section 2.3.4, without the octets of the first length and of the root. */
const LONGEST_NAME = 253;
/** Servers that are silent must not use up what others are to be asked with. */
const KEPT_FOR_FIRST = 24;

export interface ResolverQuestion {
  readonly name: string;
  readonly qtype: Qtype;
  /** Also what does not validate. */
  readonly isCheckingDisabled?: boolean;
}

export interface AuthorityQuestion {
  readonly name: string;
  readonly qtype: Qtype;
  readonly transport?: "udp" | "tcp";
}

/** All that one check asks: bounded, and each question once. */
export class Inquiry {
  readonly #exchange: Exchange;
  readonly #allowance: Allowance;
  readonly #asked = new Map<string, Promise<Reply>>();

  /** @param clock milliseconds since any moment. */
  constructor(exchange: Exchange, clock: () => number, longestMs: number = LONGEST_MS) {
    const endMs = clock() + longestMs;
    let left = MOST_QUERIES;
    this.#exchange = exchange;
    this.#allowance = {
      take: (isAgain) => {
        const isGranted = left > (isAgain ? KEPT_FOR_FIRST : 0);
        if (isGranted) left -= 1;
        return isGranted;
      },
      remainingMs: () => endMs - clock(),
    };
  }

  askResolver(resolver: ServerAddress, question: ResolverQuestion): Promise<Reply> {
    const { name, qtype, isCheckingDisabled = false } = question;
    if (isTooLong(name)) return Promise.resolve({ failure: "no-name" });
    const key = `${resolver.address} ${resolver.port} ${isCheckingDisabled} ${qtype} ${name}`;
    return this.#once(key, () =>
      this.#exchange(
        resolver,
        { name, qtype, isRecursive: true, isCheckingDisabled, transport: "udp" },
        this.#allowance,
      ),
    );
  }

  askAuthority(server: ServerAddress, question: AuthorityQuestion): Promise<Reply> {
    const { name, qtype, transport = "udp" } = question;
    if (isTooLong(name)) return Promise.resolve({ failure: "no-name" });
    const key = `${server.address} ${server.port} ${transport} ${qtype} ${name}`;
    return this.#once(key, () =>
      this.#exchange(
        server,
        { name, qtype, isRecursive: false, isCheckingDisabled: false, transport },
        this.#allowance,
      ),
    );
  }

  /** Whether a resolver is there at all, which one that looks for an answer does not show. */
  async answersAnything(resolver: ServerAddress): Promise<boolean> {
    return "rcode" in (await this.askAuthority(resolver, { name: "", qtype: "NS" }));
  }

  #once(key: string, ask: () => Promise<Reply>): Promise<Reply> {
    const before = this.#asked.get(key);
    if (before !== undefined) return before;
    const asked = ask();
    this.#asked.set(key, asked);
    return asked;
  }
}

/** A label in front of a long name makes none. An octet that is escaped is one. */
function isTooLong(name: string): boolean {
  return name.replaceAll(/\\[0-9]{3}/g, "x").length > LONGEST_NAME;
}
