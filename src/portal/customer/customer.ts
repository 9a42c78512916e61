import type { IncomingMessage } from "node:http";
import { registrableName } from "../../check/public-suffix.ts";
import { zoneNameOf } from "../../check/zone-name.ts";
import { hashCustomerToken, parseCustomerToken } from "../../delegate/customer-token.ts";
import { challengeDomain } from "../../hostname/hostname.ts";
import { publicView } from "../../hostname/public-view.ts";
import type { ApiLimits } from "../../http/api-limits.ts";
import type { RequestSources } from "../../http/request-source.ts";
import { WAIT_MS, within } from "../../http/v1/within.ts";
import { TokenBuckets } from "../../limit/token-buckets.ts";
import type { HostnameWatch, Looked } from "../../operate/hostname-watch.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import type { Store } from "../../store/store.ts";
import { spanInWords } from "../words.ts";
import { customerPage, donePage, unknownLinkPage } from "./customer-page.ts";
import type { CustomerOptions } from "./customer-view.ts";

export interface CustomerParts {
  readonly store: Pick<Store, "hostnames" | "customerLinks">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly sources: RequestSources;
  readonly limits: () => ApiLimits;
  readonly watch: () => Promise<HostnameWatch>;
  readonly options: () => CustomerOptions;
  /** portal.enabled */
  readonly isOn: () => boolean;
  readonly log: { error(fields: object, message: string): void };
}

/** What is answered: a page, or where it is. */
export interface CustomerAnswer {
  readonly status: number;
  readonly text?: string;
  readonly to?: string;
  readonly retrySeconds?: number;
}

/** Checks that customers ask for: of one source, and of all together. */
const PER_SOURCE = { times: 6, intervalMs: 60_000, burst: 6, mostKeys: 10_000 };
const IN_ALL = { times: 60, intervalMs: 60_000, burst: 60, mostKeys: 1 };
const ALL = "";
const WAIT_SECONDS = 3;
/** Nothing that is waited for takes longer, whatever an address says. */
const LONGEST_WAIT_MS = 60_000;
/** More than come to their end while somebody looks at their page. */
const MOST_DONE = 1000;

/** What somebody with a link sees and may do: nothing but to have their name looked at. */
export class Customers {
  readonly #parts: CustomerParts;
  readonly #bySource = new TokenBuckets(PER_SOURCE);
  readonly #inAll = new TokenBuckets(IN_ALL);
  /** Hashes of links whose host name was over when they had it looked at, the newest last. */
  readonly #done = new Set<string>();

  constructor(parts: CustomerParts) {
    this.#parts = parts;
  }

  /** `said`: what the check that was asked for came to, as the address has it. */
  async page(token: string, req: IncomingMessage, said: URLSearchParams): Promise<CustomerAnswer> {
    const record = await this.#find(token);
    if (record === undefined) return this.#gone(token, req);
    const { store, clock, options } = this.#parts;
    const { report } = await store.hostnames.story(record.id);
    const own = registrableName(challengeDomain(record.name));
    const nowMs = clock();
    const sinceMs = countIn(said.get("since"));
    const isRecent = Math.abs(nowMs - sinceMs) < LONGEST_WAIT_MS;
    const isUnderWay = isRecent && (record.checkedMs ?? 0) < sinceMs;
    const text = customerPage({
      token,
      record,
      view: report && publicView(report, own),
      own,
      zone: zoneNameOf(report, challengeDomain(record.name)),
      options: options(),
      nowMs,
      isUnderWay,
      waitSeconds: Math.min(countIn(said.get("wait")), LONGEST_WAIT_MS / 1000),
      ...(isUnderWay ? { refreshSeconds: WAIT_SECONDS } : {}),
    });
    return { status: 200, text };
  }

  /** Looks now, and leads back to the page. */
  async check(token: string, req: IncomingMessage): Promise<CustomerAnswer> {
    const record = await this.#find(token);
    if (record === undefined) return this.#gone(token, req);
    const { clock, sources, watch } = this.#parts;
    const nowMs = clock();
    const waitMs = this.#bySource.take(sources.of(req).key, nowMs) || this.#inAll.take(ALL, nowMs);
    if (waitMs > 0) return { status: 303, to: `../${token}?wait=${Math.ceil(waitMs / 1000)}` };
    const looking = this.#look(token, record, await watch());
    const looked = await within(looking, WAIT_MS);
    if (looked === undefined) return { status: 303, to: `../${token}?since=${nowMs}` };
    const again = looked.kind === "too_soon" ? Math.ceil(looked.waitMs / 1000) : 60;
    const suffix = looked.kind === "looked" || looked.kind === "gone" ? "" : `?wait=${again}`;
    return { status: 303, to: `../${token}${suffix}` };
  }

  /** What is orphaned ends with its record, and its link with it: who has deleted it is to see that it is done. */
  async #look(token: string, { id, state }: HostnameRecord, watch: HostnameWatch): Promise<Looked> {
    const looked = await watch.look(id);
    if (looked.kind !== "gone" || state !== "orphaned") return looked;
    this.#done.add(hashOf(token));
    const [oldest] = this.#done;
    if (this.#done.size > MOST_DONE && oldest !== undefined) this.#done.delete(oldest);
    return looked;
  }

  async #find(text: string): Promise<HostnameRecord | undefined> {
    const token = parseCustomerToken(text);
    if (token === undefined) return undefined;
    const { customerLinks, hostnames } = this.#parts.store;
    const id = await customerLinks.find(hashCustomerToken(token));
    return id === undefined ? undefined : hostnames.find(id);
  }

  #gone(token: string, req: IncomingMessage): CustomerAnswer {
    if (!this.#done.has(hashOf(token))) return this.#unknown(req);
    return { status: 200, text: donePage(this.#parts.options()) };
  }

  /** Whoever tries links is limited as whoever tries keys. */
  #unknown(req: IncomingMessage): CustomerAnswer {
    const { limits, sources, clock, options } = this.#parts;
    const waitMs = limits().takeFailure(sources.of(req).key, clock());
    const retrySeconds = Math.ceil(waitMs / 1000);
    if (waitMs > 0) {
      const text = unknownLinkPage(
        options(),
        `Too many wrong links. Try again in ${spanInWords(waitMs)}.`,
      );
      return { status: 429, retrySeconds, text };
    }
    return {
      status: 404,
      text: unknownLinkPage(
        options(),
        "It was revoked or replaced, something of it is missing, or the record that it was about is deleted and nothing is left to do.",
      ),
    };
  }
}

/** In memory, too, there are no links. "": what has not the form of one. */
function hashOf(text: string): string {
  const token = parseCustomerToken(text);
  return token === undefined ? "" : Buffer.from(hashCustomerToken(token)).toString("base64");
}

/** A whole number in an address; 0 for anything else. */
function countIn(text: string | null): number {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
