// DNS cookies are the same whoever makes them: a server of another make with the same secret accepts ours, and we its
// (RFC 9018). The judge is dig, which says whether the client cookie came back.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, delegateZone, dnsPort } from "../lab/addresses.ts";
import { run } from "../lab/command.ts";
import { startDnsvouch } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { startNsdServer } from "../lab/nsd.ts";

const secret = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const otherSecret = "445536bcd2513298075a5d379663c962";
const clientCookie = "2464c4abcf10c957";
const zoneFile = `
$ORIGIN ${delegateZone}.
@ 5 SOA ns1 hostmaster 1 3600 600 604800 5
@ NS ns1
ns1 A ${address.dnsvouch}
`;

const lab = new Lab();

beforeAll(async () => {
  const secretFile = join(lab.folder, "cookie-secrets");
  writeFileSync(secretFile, `${secret}\n${otherSecret}\n`, { mode: 0o600 });
  await lab.keep(startDnsvouch(lab.newFolder("dnsvouch"), { cookieSecretFile: secretFile }));
  const zones = { [delegateZone]: zoneFile };
  const nsd = { addresses: [address.nsd], zones, cookieSecret: secret };
  await lab.keep(startNsdServer(lab.newFolder("nsd"), nsd));
});
afterAll(() => lab.close());

/** The cookie that a server gives to whoever shows this one, from one source address. */
async function cookieFor(server: string, cookie: string): Promise<string> {
  const source = ["-b", "127.0.0.1"];
  const question = ["-q", delegateZone, "-t", "SOA", `+cookie=${cookie}`, "+nobadcookie"];
  const args = [`@${server}`, "-p", `${dnsPort}`, ...source, "+tries=1", "+time=5", ...question];
  const output = await run("dig", args, { folder: lab.folder });
  expect(output).toContain("status: NOERROR");
  return /COOKIE: ([0-9a-f]+) \(good\)/.exec(output)?.[1] ?? "none";
}

test.for([
  { maker: "dnsvouch", from: address.dnsvouch, checker: "NSD", to: address.nsd },
  { maker: "NSD", from: address.nsd, checker: "dnsvouch", to: address.dnsvouch },
])("a server cookie made by $maker is accepted by $checker", async ({ from, to }) => {
  const made = await cookieFor(from, clientCookie);
  expect(made).toMatch(new RegExp(`^${clientCookie}01000000[0-9a-f]{24}$`));
  // What is accepted and young comes back as it is.
  expect(await cookieFor(to, made)).toBe(made);
  const forged = `${made.slice(0, -2)}${made.endsWith("00") ? "01" : "00"}`;
  expect(await cookieFor(to, forged)).not.toBe(forged);
});
