import { Rcode } from "../dns/iana.ts";
import { formatName } from "../dns/presentation-scanner.ts";
import { formatRRtype } from "../dns/rdata/rdata-type.ts";
import { WireReader } from "../dns/wire-reader.ts";

const HEADER_OCTETS = 12;

export interface LoggedQuery {
  /** An address in text. */
  readonly client: string;
  readonly transport: "udp" | "tcp";
  readonly response: Uint8Array;
}

/** One line about a query that was answered, from the response, which has its question. Names are in presentation format (RFC 1035 section 5.1). */
export function logSample(
  log: { info(fields: object, message: string): void },
  { client, transport, response }: LoggedQuery,
): void {
  log.info({ client, transport, ...describe(response) }, "query");
}

function describe(response: Uint8Array): object {
  const code = (response[3] ?? 0) & 0x0f;
  const rcode = Object.entries(Rcode).find(([, number]) => number === code)?.[0] ?? `RCODE${code}`;
  const answers = ((response[6] ?? 0) << 8) | (response[7] ?? 0);
  if ((((response[4] ?? 0) << 8) | (response[5] ?? 0)) === 0) return { rcode, answers };
  const reader = new WireReader(response, HEADER_OCTETS);
  const qname = reader.name();
  const qtype = reader.uint16();
  if (reader.failed || qname === undefined) return { rcode, answers };
  return { qname: formatName(qname), qtype: formatRRtype(qtype), rcode, answers };
}
