import type { IncomingMessage } from "node:http";
import { registrableName } from "../../check/public-suffix.ts";
import { hashCustomerToken, parseCustomerToken } from "../../delegate/customer-token.ts";
import { challengeDomain } from "../../hostname/hostname.ts";
import { publicView } from "../../hostname/public-view.ts";
import type { ApiLimits } from "../../http/api-limits.ts";
import type { RequestSources } from "../../http/request-source.ts";
import { WAIT_MS, within } from "../../http/v1/within.ts";
import { TokenBuckets } from "../../limit/token-buckets.ts";
import type { HostnameWatch } from "../../operate/hostname-watch.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import type { Store } from "../../store/store.ts";
import { spanInWords } from "../words.ts";
import { customerPage, unknownLinkPage } from "./customer-page.ts";
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

/** What somebody with a link sees and may do: nothing but to have their name looked at. */
export class Customers {
  readonly #parts: CustomerParts;
  readonly #bySource = new TokenBuckets(PER_SOURCE);
  readonly #inAll = new TokenBuckets(IN_ALL);

  constructor(parts: CustomerParts) {
    this.#parts = parts;
  }

  /** `said`: what the check that was asked for came to, as the address has it. */
  async page(token: string, req: IncomingMessage, said: URLSearchParams): Promise<CustomerAnswer> {
    const record = await this.#find(token);
    if (record === undefined) return this.#unknown(req);
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
    if (record === undefined) return this.#unknown(req);
    const { clock, sources, watch } = this.#parts;
    const nowMs = clock();
    const waitMs = this.#bySource.take(sources.of(req).key, nowMs) || this.#inAll.take(ALL, nowMs);
    if (waitMs > 0) return { status: 303, to: `../${token}?wait=${Math.ceil(waitMs / 1000)}` };
    const looked = await within((await watch()).look(record.id), WAIT_MS);
    if (looked === undefined) return { status: 303, to: `../${token}?since=${nowMs}` };
    const again = looked.kind === "too_soon" ? Math.ceil(looked.waitMs / 1000) : 60;
    const suffix = looked.kind === "looked" || looked.kind === "gone" ? "" : `?wait=${again}`;
    return { status: 303, to: `../${token}${suffix}` };
  }

  async #find(text: string): Promise<HostnameRecord | undefined> {
    const token = parseCustomerToken(text);
    if (token === undefined) return undefined;
    const { customerLinks, hostnames } = this.#parts.store;
    const id = await customerLinks.find(hashCustomerToken(token));
    return id === undefined ? undefined : hostnames.find(id);
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
        "It was revoked or replaced, or something of it is missing.",
      ),
    };
  }
}

/** A whole number in an address; 0 for anything else. */
function countIn(text: string | null): number {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
