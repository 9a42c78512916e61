import type { HostnameId } from "../hostname/hostname.ts";
import type { Act } from "./administration.ts";

/** Pages about one host name for whom it belongs to, each behind a link that is as good as a password. */
export interface CustomerLinks {
  /** The link there was, if any, ends with this. @returns "gone" without such a host name. */
  create(act: CustomerLinkAct & { readonly tokenHash: Uint8Array }): Promise<"created" | "gone">;

  /** @returns "gone" if the host name has none. */
  revoke(act: CustomerLinkAct): Promise<"revoked" | "gone">;

  /** The one of a host name; undefined: there is none. */
  of(hostnameId: HostnameId): Promise<CustomerLink | undefined>;

  /** Whose link that is, by the SHA-256 of its token. */
  find(tokenHash: Uint8Array): Promise<HostnameId | undefined>;
}

export interface CustomerLinkAct extends Act {
  readonly hostnameId: HostnameId;
}

export interface CustomerLink {
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}
