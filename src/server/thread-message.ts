import type { Endpoint } from "./listen-error.ts";

/** What a thread of DNS is started with: `Config` is the server's configuration. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
  readonly transport: "udp" | "tcp";
}

/** What a thread of DNS says. */
export type FromThread =
  /** It is ready to serve. */
  | { readonly kind: "bound"; readonly addresses: readonly BoundAddress[] }
  /** It could not bind, and ends. */
  | {
      readonly kind: "refused";
      readonly endpoint: Endpoint;
      readonly code: string;
      readonly message: string;
    }
  | { readonly kind: "notice"; readonly what: string }
  | { readonly kind: "warning"; readonly problem: string }
  /** One of the queries that are logged, by its response; `client`: an address in text. */
  | {
      readonly kind: "sample";
      readonly client: string;
      readonly transport: "udp" | "tcp";
      readonly response: Uint8Array;
    }
  /** A bug of ours that a query has met. */
  | { readonly kind: "fault"; readonly error: unknown };

/** What a thread of DNS is told. Once it reads batches it looks for this when thread-control.ts says so. */
export type ToThread =
  | "serve"
  | "stop"
  /** From now on it answers by what it would be started with now. */
  | { readonly kind: "renew"; readonly data: object };
