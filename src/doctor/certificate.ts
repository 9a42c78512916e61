import { isIP } from "node:net";
import { checkCaa } from "../check/caa/caa-step.ts";
import type { Inquiry } from "../check/inquiry.ts";
import type { ServerAddress } from "../check/message.ts";
import type { Step } from "../check/report.ts";
import type { ServedCertificate } from "../check/tls-step.ts";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";

const DAY_MS = 86_400_000;
/** Of a certificate for 90 days, renewal is due at 30: half of that is late. */
const FEW_DAYS = 14;
const LETS_ENCRYPT = /let's encrypt/i;

export interface ApiName {
  /** `api.base_url`; "" if it is not set. */
  readonly baseUrl: string;
  /** Undefined: none could be had. */
  readonly certificate: ServedCertificate | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** The certificate that clients meet at the API. */
export function judgeCertificate({ baseUrl, certificate, nowMs }: ApiName): Finding {
  const id = "certificate";
  if (baseUrl === "") {
    return skip(id, "api.base_url is not set, so that it is not known where clients reach the API");
  }
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol !== "https:") return judgePlain(id, hostname);
  if (certificate === undefined) {
    const fix = `see whether ${hostname} leads here, and whether its proxy runs; from inside some networks it cannot be reached although others do`;
    return warn(id, `${baseUrl} shows no certificate from here`, fix);
  }
  const days = Math.floor((certificate.notAfterMs - nowMs) / DAY_MS);
  const found = `of ${hostname} from ${certificate.issuer}, ${days} days left`;
  const fix = `have the certificate of ${hostname} renewed where its HTTPS ends, and see why that was not done`;
  if (certificate.notAfterMs <= nowMs) return fail(id, found, fix);
  return days < FEW_DAYS ? warn(id, found, fix) : pass(id, found);
}

/** Keys travel in headers. */
function judgePlain(id: string, hostname: string): Finding {
  const isLocal = /^(localhost|127\.|\[::1\])/.test(hostname);
  if (isLocal) return pass(id, `${hostname} is this machine: none is needed`);
  const fix =
    "put a proxy with HTTPS in front (docs/reverse-proxies.md), and set api.base_url to its https URL";
  return warn(id, `${hostname} is reached over plain HTTP, and keys with it`, fix);
}

export interface ApiCaaRequest {
  readonly host: string;
  readonly ca: string;
  readonly certificate: ServedCertificate | undefined;
}

/** Whether CAA above the API's name lets an authority issue for it. */
export async function testApiCaa(
  inquiry: Inquiry,
  resolver: ServerAddress,
  { host, ca, certificate }: ApiCaaRequest,
): Promise<Finding> {
  if (isIP(host) !== 0 || !host.includes(".")) {
    return skip("api-caa", `${host} is no name that an authority looks for CAA at`);
  }
  const request = { ca, isWildcard: false, accountUri: undefined, method: "dns-01" };
  const caa = await checkCaa(inquiry, resolver, { domain: host, zone: undefined, request });
  return judgeApiCaa(caa, host, ca, certificate);
}

function judgeApiCaa(
  { status, code, fix }: Step,
  host: string,
  ca: string,
  certificate: ServedCertificate | undefined,
): Finding {
  const id = "api-caa";
  if (status !== "FAIL") return pass(id, `${ca} may issue for ${host} (${code})`);
  const found = `${ca} may not issue for ${host} (${code})`;
  const isOthers = certificate !== undefined && !LETS_ENCRYPT.test(certificate.issuer);
  const advice = `${fix ?? ""}; if your authority is another one: dnsvouch doctor --ca NAME`;
  return isOthers ? warn(id, found, advice) : fail(id, found, advice);
}
