import { type ExtendedError, Rcode, RRtype } from "../dns/iana.ts";
import type { Response } from "../dns/message.ts";
import type { ResponseKind } from "./rate-limit.ts";

/** A response, and what the server has to know about it besides. */
export interface Reply extends Response {
  /** Why it is an error, for a requestor that speaks EDNS: RFC 8914. */
  readonly extendedError?: ExtendedError;
  /** How many times as long as the query it may be over UDP. */
  readonly amplification: number;
}

/** What a rate limit takes it for. Only what tells of no name that exists may be met with silence. */
export function kindOf({ rcode, answer, authority }: Response): ResponseKind {
  switch (rcode) {
    case Rcode.NOERROR:
      // A referral has no answer, and is what the requestor needs.
      return answer.length > 0 || isReferral(authority) ? "data" : "nodata";
    case Rcode.NXDOMAIN:
      // Behind a CNAME: the name of the question exists.
      return answer.length > 0 ? "nodata" : "nxdomain";
    default:
      return "error";
  }
}

function isReferral(authority: Response["authority"]): boolean {
  return authority.some(({ rrtype }) => rrtype === RRtype.NS);
}
