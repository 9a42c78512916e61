import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { digLine } from "./dig.ts";
import { CHALLENGE_PREFIX, challengeName } from "./name-text.ts";
import { isPublicSuffix } from "./public-suffix.ts";
import { type Step, step } from "./report.ts";

/** What was typed, as a name that a certificate can be for. */
export interface CheckedInput {
  /** A-labels in lower case without the final dot and without `*.`; what it is not, if the step is a FAIL. */
  readonly domain: string;
  readonly isWildcard: boolean;
  readonly step: Step;
}

const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;
const LDH = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

export function checkInput(typed: string): CheckedInput {
  const bare = withoutDot(lowerCase(typed.trim()));
  const isWildcard = bare.startsWith("*.");
  const name = isWildcard ? bare.slice(2) : bare;
  const domain = toAscii(name);
  const refuse = (why: string, fix: string, say = ""): CheckedInput => ({
    domain,
    isWildcard,
    step: step("input", "input-invalid", {
      found: typed,
      expected: "the host name that a certificate is for, such as www.example.com",
      dig: digLine({ name: say === "" ? domain : say, qtype: "SOA" }),
      fix: `${why}; ${fix}`,
    }),
  });

  const host = hostInUrl(name);
  if (host !== undefined) return refuse("this is a URL", `check the host in it: ${host}`, host);
  if (domain.startsWith(CHALLENGE_PREFIX)) {
    const owner = domain.slice(CHALLENGE_PREFIX.length);
    return refuse("this is where the challenge goes", `check the name itself: ${owner}`, owner);
  }
  const problem = problemOf(domain);
  if (problem !== undefined) return refuse(problem, "check a host name, such as www.example.com");
  if (isPublicSuffix(domain)) {
    const below = `example.${domain}`;
    return {
      domain,
      isWildcard,
      step: step("input", "input-public-suffix", {
        found: domain,
        expected: `a name below ${domain}`,
        dig: digLine({ name: domain, qtype: "SOA" }),
        fix: `${domain} is a public suffix, for which no certificate is issued; check a name that is registered below it, such as ${below}`,
      }),
    };
  }
  const found = isWildcard ? `${domain} and *.${domain}` : domain;
  const passed = step("input", "ok", { found, dig: digLine({ name: domain, qtype: "SOA" }) });
  return { domain, isWildcard, step: passed };
}

function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function withoutDot(text: string): string {
  return text.endsWith(".") && text.length > 1 ? text.slice(0, -1) : text;
}

/** UTS 46, non-transitional; what it refuses stays as it is. */
export function toAscii(name: string): string {
  const needsMapping = /\P{ASCII}|(^|\.)xn--/u.test(name);
  if (!needsMapping || /[ #%/:<>?@[\\\]^|]|\p{Cc}/u.test(name)) return name;
  const mapped = domainToASCII(name);
  return mapped === "" ? name : withoutDot(mapped);
}

function hostInUrl(name: string): string | undefined {
  const text = /^[a-z][a-z0-9+.-]*:\/\//.test(name)
    ? name
    : /^[^/\s]+\/|^[^/:\s]+:[0-9]+/.test(name)
      ? `https://${name}`
      : undefined;
  if (text === undefined || !URL.canParse(text)) return undefined;
  // Of other schemes than those of the web it has no host for sure.
  return new URL(text.replace(/^[a-z0-9+.-]+:/, "https:")).hostname || undefined;
}

function problemOf(domain: string): string | undefined {
  if (isIP(domain) !== 0 || isIP(domain.replace(/^\[(.*)\]$/, "$1")) !== 0) {
    return "this is an IP address, for which there is no DNS-01 challenge";
  }
  if (domain === "") return "the name is empty";
  const labels = domain.split(".");
  if (labels.includes("")) return "it has an empty label: two dots in a row, or one in front";
  const long = labels.find(({ length }) => length > LONGEST_LABEL);
  if (long !== undefined) return `the label ${long} has ${long.length} octets, more than 63`;
  if (challengeName(domain).length > LONGEST_NAME) {
    return `${CHALLENGE_PREFIX}NAME would have ${challengeName(domain).length} octets, and no name has more than 253`;
  }
  const odd = labels.find((label) => !LDH.test(label));
  if (odd !== undefined) {
    return `${odd} is no label of a host name, which has letters, digits, and hyphens between them`;
  }
  const broken = labels.find((label) => label.startsWith("xn--") && domainToASCII(label) === "");
  if (broken !== undefined) return `${broken} is not the form in ASCII of any label`;
  if (/^[0-9]+$/.test(labels.at(-1) ?? "")) {
    return "no top-level domain has digits alone, so this is no host name";
  }
  return undefined;
}
