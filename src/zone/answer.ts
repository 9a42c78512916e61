import type { RRset } from "../dns/rrset.ts";

/**
 * What this server has to say to a question, before it becomes a message. `chain` are the CNAME
 * RRsets that led from the name of the question to the one this is about, in order.
 */
export type Answer =
  | { readonly kind: "data"; readonly chain: readonly RRset[]; readonly rrset: RRset | undefined }
  /** The name exists, the type does not: RFC 2308 section 2.2. */
  | { readonly kind: "nodata"; readonly chain: readonly RRset[] }
  | { readonly kind: "nxdomain"; readonly chain: readonly RRset[] }
  /** The name is in a zone that was delegated from here: RFC 1034 section 4.3.2, 3b. */
  | {
      readonly kind: "referral";
      readonly chain: readonly RRset[];
      readonly ns: RRset;
      readonly glue: readonly RRset[];
    };
