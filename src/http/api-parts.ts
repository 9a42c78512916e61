import type { RequestHandler } from "express";
import type { RefusalRecorder } from "../audit/refusal-recorder.ts";
import type { BcryptQueue } from "../delegate/bcrypt-queue.ts";
import type { Network } from "../delegate/network.ts";
import type { ApiCounters } from "../metrics/api-counters.ts";
import type { Store } from "../store/store.ts";
import type { ApiLimits } from "./api-limits.ts";
import type { ApiZones } from "./api-zones.ts";
import type { InstantQuota } from "./getlocalcert/instant-quota.ts";
import type { LegoStorage } from "./lego-storage/lego-storage.ts";
import type { ReadinessProbe } from "./readyz.ts";
import type { RequestSources } from "./request-source.ts";
import type { V1Means } from "./v1/v1-parts.ts";

/** What the API is made of; serve.ts puts it together. */
export interface ApiParts {
  readonly store: Store;
  readonly zones: ApiZones;
  /** Shared with the portal. */
  readonly bcryptQueue: BcryptQueue;
  readonly sources: RequestSources;
  readonly limits: ApiLimits;
  readonly refusals: RefusalRecorder;
  readonly counters: ApiCounters;
  readonly readiness: ReadinessProbe;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A CSPRNG. */
  readonly randomOctets: (count: number) => Buffer;
  /** A random UUID (version 4), lower case. */
  readonly newUuid: () => string;
  readonly log: { error(fields: object, message: string): void };
  readonly options: ApiOptions;
  /** Undefined: there are no instant names. */
  readonly instant: InstantParts | undefined;
  /** Host names that certificates may be had for right now. */
  readonly servableNames: { has(name: string): Promise<boolean> };
  /** Made with the first request for it. */
  readonly v1: () => Promise<V1Means>;
  /** What is below /s, loaded with the first request for it. */
  readonly customerPages: () => Promise<RequestHandler>;
  /** Undefined: nothing is stored for lego. */
  readonly legoStorage: LegoStorage | undefined;
}

/** The zone of instant names, and how many of them there may be. */
export interface InstantParts {
  readonly zone: string;
  readonly quota: InstantQuota;
}

export interface ApiOptions {
  /** Web origins whose pages may call the API; "*" stands for any, also as a part of one. */
  readonly corsOrigins: readonly string[];
  /** "" or "/x/y": the API answers there too. */
  readonly pathPrefix: string;
  /** "" or where clients reach the API, without a final slash. */
  readonly baseUrl: string;
  readonly registration: "open" | "token" | "closed";
  /** Who may register; empty means anybody. */
  readonly registrationSources: readonly Network[];
  /** SHA-256 of the tokens that the configuration has. */
  readonly registrationTokenHashes: readonly Uint8Array[];
  /** How many of the newest values a delegate publishes. */
  readonly txtSlots: number;
  /** Requests of one token of v1 in a minute; 0 is no limit. */
  readonly v1PerTokenPerMinute: number;
  /** Who may ask /tls-ask. */
  readonly askSources: readonly Network[];
  /** The longest request body; 0 is no limit. */
  readonly bodyOctets: number;
}
