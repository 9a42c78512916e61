// What getlocalcert's users do, with nothing but another address: curl registers, a client gets certificates for the
// name itself and for all below it, from an authority that validates through its own resolver.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { namesOf, type Order, readCertificate } from "../lab/acme-client.ts";
import { address, instantZone } from "../lab/addresses.ts";
import { certbotClient } from "../lab/certbot.ts";
import { run } from "../lab/command.ts";
import { dig } from "../lab/dig.ts";
import { apiUrl, type Delegate, startDnsvouch } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { legoClient } from "../lab/lego.ts";
import { startNsd } from "../lab/nsd.ts";
import { type Authority, startPebble } from "../lab/pebble.ts";
import { startUnbound } from "../lab/unbound.ts";

const API = `${apiUrl}/api/v1`;
const lab = new Lab();
let authority: Authority;

beforeAll(async () => {
  const more = ["[instant]", `domain = "${instantZone}"`];
  await lab.keep(startDnsvouch(lab.newFolder("dnsvouch"), { more }));
  await lab.keep(startNsd(lab.newFolder("nsd"), []));
  await lab.keep(startUnbound(lab.newFolder("unbound"), { caching: "none" }));
  ({ authority } = await lab.keep(startPebble(lab.newFolder("pebble"))));
});
afterAll(() => lab.close());

/** What curl writes into the file of credentials. */
async function registered(folder: string, file: string, ...args: readonly string[]) {
  const text = await run("curl", ["--silent", "-X", "POST", ...args, `${API}/register`], {
    folder,
  });
  writeFileSync(join(folder, file), text);
  return JSON.parse(text);
}

test.for([legoClient, certbotClient])(
  "curl -F output_format=lego, then $name for the name and its wildcard",
  async (client) => {
    const folder = lab.newFolder(client.name);
    const storage = await registered(folder, "creds.json", "-F", "output_format=lego");
    const [domain = ""] = Object.keys(storage);
    expect(domain).toMatch(/^[0-9a-f-]{36}\.instant\.test$/);
    expect(storage[domain].server_url).toBe(`${API}/acme-dns-compat`);
    const delegatesFile = join(folder, "creds.json");
    const order: Order = { domain, authority, folder, delegatesFile };
    expect(namesOf(await client.issue(order))).toEqual([`*.${domain}`, domain]);
  },
);

test("curl without a body, then a client with acme.sh's requests for the name", async () => {
  const folder = lab.newFolder("acme.sh");
  const creds: Delegate = await registered(folder, "creds.json");
  const config = [
    `BASEDIR=${folder}`,
    `CA=${authority.directoryUrl}`,
    `CURL_OPTS="--cacert ${authority.caFile}"`,
    "CHALLENGETYPE=dns-01",
    "KEY_ALGO=prime256v1",
    `HOOK=${fileURLToPath(new URL("../lab/acme-sh-hook.sh", import.meta.url))}`,
  ];
  writeFileSync(join(folder, "config"), config.join("\n"));
  const environment = {
    ACMEDNS_BASE_URL: `${API}/acme-dns-compat`,
    ACMEDNS_USERNAME: creds.username,
    ACMEDNS_PASSWORD: creds.password,
    ACMEDNS_SUBDOMAIN: creds.subdomain,
  };
  const dehydrated = (...args: readonly string[]) =>
    run("dehydrated", ["--config", join(folder, "config"), ...args], { folder, environment });
  await dehydrated("--register", "--accept-terms");
  await dehydrated("--cron", "--domain", creds.fulldomain);
  const certificate = readCertificate(join(folder, "certs", creds.fulldomain, "cert.pem"));
  expect(namesOf(certificate)).toEqual([creds.fulldomain]);
});

test("curl -u asks whether the key works", async () => {
  const folder = lab.newFolder("check");
  const creds: Delegate = await registered(folder, "creds.json");
  const user = `${creds.username}:${creds.password}`;
  const answer = await run("curl", ["--silent", "-u", user, `${API}/check`], { folder });
  expect(JSON.parse(answer)).toEqual({ status: "ok", domain: creds.fulldomain });
});

test("through a resolver the name leads to this machine, and takes no mail", async () => {
  const { fulldomain } = await registered(lab.newFolder("records"), "creds.json");
  const ask = async (name: string, type: string) => {
    const { answer } = await dig(address.unbound, name, type);
    return answer.map((record) => record.split(" ").slice(4).join(" "));
  };
  expect(await ask(fulldomain, "A")).toEqual(["127.0.0.1"]);
  expect(await ask(`www.${fulldomain}`, "A")).toEqual(["127.0.0.1"]);
  expect(await ask(fulldomain, "MX")).toEqual(["0 ."]);
  expect(await ask(`_dmarc.${fulldomain}`, "TXT")).toEqual([
    '"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"',
  ]);
  expect(await ask(`any._domainkey.${fulldomain}`, "TXT")).toEqual(['"v=DKIM1; p="']);
});
