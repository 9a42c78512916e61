import { isIP } from "node:net";
import { connect, type PeerCertificate } from "node:tls";
import { digLine } from "./dig.ts";
import { type Step, step } from "./report.ts";
import { specialRange } from "./special-address.ts";

const HTTPS_PORT = 443;
const LIMIT_MS = 5000;
/** ACME clients renew when a third of the lifetime is left: less of it means that none has. */
const LATE_PART = 1 / 3;

/** The certificate that a host serves for a name; undefined if it serves none. */
export type TlsProbe = (address: string, name: string) => Promise<ServedCertificate | undefined>;

export interface ServedCertificate {
  readonly issuer: string;
  /** Milliseconds since 1970. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface TlsRequest {
  readonly domain: string;
  readonly addresses: readonly string[];
  readonly allowsPrivate: boolean;
  /** Undefined: checks.tls_probe is off. */
  readonly probe: TlsProbe | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Which certificate is served, and whether somebody renews it. */
export async function checkTls(request: TlsRequest): Promise<Step> {
  const { domain, addresses, allowsPrivate, probe, nowMs } = request;
  if (probe === undefined) return step("tls", "not-asked");
  const address = addresses.find((each) => allowsPrivate || specialRange(each) === undefined);
  const certificate = address === undefined ? undefined : await probe(address, domain);
  if (certificate === undefined) return step("tls", "not-reached");
  const { issuer, notBeforeMs, notAfterMs } = certificate;
  const until = new Date(notAfterMs).toISOString().slice(0, 10);
  const details = {
    found: `from ${issuer}, until ${until}`,
    expected: "at least a third of the lifetime left",
    dig: digLine({ name: domain, qtype: "A", isShort: true }),
  };
  const isLate = notAfterMs - nowMs < (notAfterMs - notBeforeMs) * LATE_PART;
  if (!isLate) return step("tls", "ok", details);
  const fix = `renew the certificate of ${domain} (${details.found}), and see why its ACME client has not: its log tells`;
  return step("tls", "tls-expiring", { ...details, fix });
}

/** The probe that uses the network. Whether the certificate is trusted makes no difference. */
export function probeByNetwork(
  address: string,
  name: string,
  port: number = HTTPS_PORT,
): Promise<ServedCertificate | undefined> {
  const { promise, resolve } = Promise.withResolvers<ServedCertificate | undefined>();
  const socket = connect({
    host: address,
    port,
    // RFC 6066 section 3: SNI has names alone.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: false,
    timeout: LIMIT_MS,
  });
  const timer = setTimeout(() => resolve(undefined), LIMIT_MS);
  socket.on("secureConnect", () => resolve(readCertificate(socket.getPeerCertificate())));
  socket.on("error", () => resolve(undefined));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

function readCertificate(certificate: PeerCertificate): ServedCertificate | undefined {
  const notBeforeMs = Date.parse(certificate.valid_from);
  const notAfterMs = Date.parse(certificate.valid_to);
  if (Number.isNaN(notBeforeMs) || Number.isNaN(notAfterMs)) return undefined;
  const { O: organization, CN: commonName } = certificate.issuer;
  return {
    issuer: String(organization ?? commonName ?? "an unnamed authority"),
    notBeforeMs,
    notAfterMs,
  };
}
