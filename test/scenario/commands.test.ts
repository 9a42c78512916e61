import { once } from "node:events";
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { requestAct } from "../../src/control/control-client.ts";
import { CLIENT_FORMATS } from "../../src/snippet/words.ts";
import { digest, register as registerBy } from "../support/api-client.ts";
import type { DnsvouchProcess } from "../support/dnsvouch-process.ts";
import { apiUrl, listenAnywhere, ProcessFolder } from "../support/process-folder.ts";

let folder: ProcessFolder;
let config: string;
let server: DnsvouchProcess;

// One server for all: what is refused must leave no trace in what the next test sees.
beforeAll(async () => {
  folder = new ProcessFolder();
  config = folder.configFile({
    api: ['ip = "127.0.0.1"', "port = 0", "[limits]", "register_per_source_per_hour = 0"],
  });
  server = folder.start(["-c", config]);
  await server.ready();
});

afterAll(() => folder.remove());

/** Deletes what the test before has made. */
beforeEach(async () => {
  const database = join(folder.path, "db.sqlite");
  for (const delegate of made.splice(0)) {
    expect(await requestAct(database, "delegate.delete", { delegate })).toHaveProperty("result");
  }
});

const run = (...args: string[]) => folder.run(...args, "-c", config);

/** Runs a command that must succeed. */
async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await run(...args);
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
  return out;
}

async function json<T>(...args: string[]): Promise<T> {
  return JSON.parse(await done(...args, "--json")) as T;
}

interface Account {
  readonly username: string;
  readonly password: string;
  readonly fulldomain: string;
  readonly subdomain: string;
}

const made: string[] = [];

async function register(): Promise<Account> {
  const account = await registerBy(apiUrl(server));
  made.push(account.subdomain);
  return account;
}

async function update({ username, password, subdomain }: Account, number: number): Promise<number> {
  const response = await fetch(`${apiUrl(server)}/update`, {
    method: "POST",
    headers: { "X-Api-User": username, "X-Api-Key": password },
    body: JSON.stringify({ subdomain, txt: digest(number) }),
  });
  return response.status;
}

describe("delegates", () => {
  interface Listed {
    readonly subdomain: string;
    readonly state: string;
  }
  const listed = async (...args: string[]) =>
    (await json<Listed[]>("delegates", "list", ...args)).map(({ subdomain }) => subdomain);

  test("are listed, by state, by label and by age", async () => {
    const [one, other] = [await register(), await register()];
    expect(await listed()).toEqual([one.subdomain, other.subdomain]);
    await done("delegates", "label", one.subdomain, "env=prod", "team=web");
    expect(await listed("--label", "env=prod", "--label", "team=web")).toEqual([one.subdomain]);
    expect(await listed("--label", "env=test")).toEqual([]);
    await done("delegates", "lock", other.fulldomain);
    expect(await listed("--state", "locked")).toEqual([other.subdomain]);
    await done("delegates", "delete", other.subdomain);
    made.splice(made.indexOf(other.subdomain), 1);
    expect(await listed()).toEqual([one.subdomain]);
    expect(await listed("--state", "deleted")).toContain(other.subdomain);
    expect(await listed("--stale", "1d")).toEqual([]);
    const table = await done("delegates", "list");
    expect(table).toMatch(new RegExp(`^${one.fulldomain} +live .* env=prod team=web$`, "m"));
  });

  test("are locked, unlocked, deleted and restored at the running server, which sees it at once", async () => {
    const account = await register();
    expect(await update(account, 1)).toBe(200);
    await done("delegates", "lock", account.subdomain);
    expect(await update(account, 2)).toBe(401);
    await done("delegates", "unlock", account.subdomain);
    expect(await update(account, 3)).toBe(200);
    await done("delegates", "delete", account.subdomain, "--yes");
    expect(await update(account, 4)).toBe(401);
    const restored = await json<Account>("delegates", "restore", account.fulldomain.toUpperCase());
    expect(restored).toMatchObject({ fulldomain: account.fulldomain });
    expect(await update(account, 5)).toBe(401);
    expect(await update(restored, 6)).toBe(200);
    expect(await done("delegates", "show", account.subdomain)).toMatch(/^state +live$/m);
  });

  test.for([
    { args: ["delegates", "show", "nobody"], code: 1, says: "there is no delegate nobody" },
    { args: ["delegates", "delete", "nobody"], code: 1, says: "there is no delegate nobody" },
    { args: ["delegates", "lock", "nobody"], code: 1, says: "there is no delegate nobody" },
    { args: ["delegates", "label", "x", "no label"], code: 3, says: "KEY=VALUE" },
    { args: ["delegates", "list", "--state", "gone"], code: 3, says: "live, locked, deleted" },
    { args: ["delegates", "list", "--stale", "60x"], code: 3, says: "for example 72h" },
    { args: ["delegates", "lst"], code: 3, says: "list" },
    { args: ["keys", "revoke", "x", "0"], code: 3, says: "whole number above 0" },
    { args: ["delegates", "show"], code: 3, says: "delegate" },
    { args: ["delegates", "show", "x", "--jsn"], code: 3, says: "--json" },
  ])("refused in one line: $args", async ({ args, code, says }) => {
    const refused = await run(...args);
    expect(refused.code).toBe(code);
    expect(refused.out).toBe("");
    expect(refused.err).toContain(says);
    expect(refused.err.trim().split("\n")).toHaveLength(1);
    expect(refused.err).toMatch(/^dnsvouch: /);
  });
});

describe("keys", () => {
  test("are added, rotated and revoked", async () => {
    const account = await register();
    const second = await json<Account>("keys", "add", account.subdomain);
    expect(await update(second, 1)).toBe(200);
    expect((await run("keys", "rotate", account.subdomain)).code).toBe(1);
    const keys = await json<{ id: number; username: string }[]>("keys", "list", account.subdomain);
    expect(keys.map(({ username }) => username)).toEqual([account.username, second.username]);
    await done("keys", "revoke", account.fulldomain, String(keys[0]?.id));
    expect(await update(account, 2)).toBe(401);
    const third = await json<Account>("keys", "rotate", account.subdomain, "--overlap", "1h");
    expect(await update(second, 3)).toBe(200);
    expect(await update(third, 4)).toBe(200);
    expect(await done("keys", "list", account.subdomain)).not.toContain(third.password);
    const env = await done("keys", "list", account.subdomain, "--json");
    expect(JSON.parse(env)).toMatchObject([
      { revoked: expect.any(String) },
      { expires: expect.any(String), revoked: null },
      { expires: null },
    ]);
  });
});

describe("register", () => {
  const to = () => ["--server", apiUrl(server)];

  test("writes accounts by domain into one file for this user alone, and overwrites none", async () => {
    const file = join(folder.path, "accounts.json");
    await done("register", "www.example.com", ...to(), "--format", "lego", "--out", file);
    await done("register", "*.Example.net.", ...to(), "--format", "lego", "--out", file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const accounts = JSON.parse(readFileSync(file, "utf8")) as Record<string, Account>;
    expect(Object.keys(accounts)).toEqual(["www.example.com", "example.net"]);
    for (const account of Object.values(accounts)) {
      expect(account).toMatchObject({ server_url: apiUrl(server) });
      expect(await update(account, 1)).toBe(200);
    }
    const before = readFileSync(file);
    const again = await run("register", "example.net", ...to(), "--format", "lego", "--out", file);
    expect(again).toMatchObject({
      code: 3,
      err: expect.stringContaining("account for example.net"),
    });
    const other = await run("register", "a.example", ...to(), "--format", "acme.sh", "--out", file);
    expect(other.code).toBe(3);
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder.path).filter((name) => name.endsWith(".new"))).toEqual([]);
    // What was refused has registered nothing.
    expect(await json<unknown[]>("delegates", "list")).toHaveLength(2);
    made.push(...Object.values(accounts).map(({ subdomain }) => subdomain));
  });

  test("sends networks and tokens, also those in the URL", async () => {
    const heads: string[] = [];
    const bodies: string[] = [];
    const recorder = createServer((req, res) => {
      heads.push(`${req.method} ${req.url} ${req.headers.authorization ?? "-"}`);
      req.on("data", (chunk) => bodies.push(String(chunk)));
      req.on("end", () => res.writeHead(401).end('{"error": "registration_token_required"}'));
    });
    const port = await listenAnywhere(recorder);
    const refused = await run(
      ...["register", "--server", `http://127.0.0.1:${port}/a/`, "--token", "dv_x"],
      ...["--allow", "192.0.2.0/24", "2001:db8::/32"],
    );
    await run("register", "--server", `http://reg:s%20t@127.0.0.1:${port}`);
    recorder.close();
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("--token") });
    const basic = Buffer.from("reg:s t").toString("base64");
    expect(heads).toEqual(["POST /a/register Bearer dv_x", `POST /register Basic ${basic}`]);
    expect(bodies[0]).toBe('{"allowfrom":["192.0.2.0/24","2001:db8::/32"]}');
  });

  test.for([
    { format: "acme.sh", says: /^export ACMEDNS_SUBDOMAIN="[0-9a-f-]{36}"$/m },
    { format: "env", says: /^ACME_DNS_PASSWORD=[\w-]{40}$/m },
    {
      format: "zone",
      says: /^_acme-challenge\.www\.example\.com\. 3600 IN CNAME [0-9a-f-]{36}\./m,
    },
    { format: "cert-manager", says: /^ {2}acmedns\.json: '\{"www\.example\.com":\{"username"/m },
    { format: "certbot", says: /"allowfrom": \[\]/ },
    { format: "caddy", says: /"server_url": "http:/ },
    { format: "traefik", says: /"server_url": "http:/ },
    { format: "lego", says: /"server_url": "http:/ },
    { format: "certify", says: /^\{"username":.*"allowfrom":\[\]\}$/m },
    {
      format: "posh-acme",
      says: /^\$registration = @\{ '_acme-challenge\.www\.example\.com' = @\('[0-9a-f-]{36}', '[0-9a-f-]{36}', '[\w-]{40}', '/m,
    },
    {
      format: "terraform",
      says: /^resource "dns_cname_record" "acme_challenge_www_example_com" \{$/m,
    },
    { format: "json", says: /^\{"username":/ },
  ])("prints what $format reads", async ({ format, says }) => {
    const { code, out, err } = await run(
      "register",
      "www.example.com",
      ...to(),
      "--format",
      format,
    );
    expect(code).toBe(0);
    expect(out).toMatch(says);
    const [, subdomain = ""] = /CNAME {2}([0-9a-f-]{36})\./.exec(err) ?? [];
    expect(err).toContain(`_acme-challenge.www.example.com.  CNAME  ${subdomain}`);
    made.push(subdomain);
  });

  test.for([
    { args: ["--server", "http://127.0.0.1:1"], code: 4, says: "cannot be reached" },
    { args: ["--server", "ftp://x"], code: 3, says: "no http or https URL" },
    { args: ["no_domain!"], code: 3, says: "no domain name" },
    { args: ["--format", "lego"], code: 3, says: "is about a domain" },
    { args: ["--format", "legoo", "x.example"], code: 3, says: "lego" },
    { args: ["x.example", "--out", "/nowhere/x"], code: 3, says: "/nowhere/x" },
  ])("refused: $args", async ({ args, code, says }) => {
    const refused = await run("register", ...args);
    expect(refused).toMatchObject({ code, out: "", err: expect.stringContaining(says) });
    expect(refused.err.trim().split("\n")).toHaveLength(1);
    expect(await json<unknown[]>("delegates", "list")).toEqual([]);
  });
});

describe("what a client is told", () => {
  const STAGING = "acme-staging-v02.api.letsencrypt.org";
  const PRODUCTION = "acme-v02.api.letsencrypt.org";
  /** Where each names the authority: in what is printed, or in how it is used. */
  const NAMED: Readonly<Record<string, readonly [production: string, staging: string]>> = {
    lego: [`--server https://${PRODUCTION}`, `--server https://${STAGING}`],
    "acme.sh": ["--server letsencrypt ", "--server letsencrypt_test "],
    certbot: [`--server https://${PRODUCTION}`, `--server https://${STAGING}`],
    caddy: [`acme_ca https://${PRODUCTION}`, `acme_ca https://${STAGING}`],
    traefik: [`caServer: https://${PRODUCTION}`, `caServer: https://${STAGING}`],
    "cert-manager": [`    server: https://${PRODUCTION}`, `    server: https://${STAGING}`],
    "posh-acme": ["Set-PAServer LE_PROD", "Set-PAServer LE_STAGE"],
    certify: ["the certificate authority Let's Encrypt\n", "with its staging mode"],
    env: [`URL=https://${PRODUCTION}`, `URL=https://${STAGING}`],
  };

  // One for all formats.
  let shown: Account;
  beforeAll(async () => {
    shown = await register();
    made.splice(made.indexOf(shown.subdomain), 1);
  });
  afterAll(() => void made.push(shown.subdomain));

  test.for(CLIENT_FORMATS.map((format) => ({ format })))(
    "delegates show --format $format: all but the key, for staging or production",
    async ({ format }) => {
      const { fulldomain, username, password } = shown;
      const show = ["delegates", "show", fulldomain, "--format", format];
      const domain = ["--domain", "*.www.example.com"];
      const production = await run(...show, ...domain);
      const staging = await run(...show, ...domain, "--staging");
      expect([production.code, staging.code]).toEqual([0, 0]);
      for (const { out, err } of [production, staging]) {
        expect(out + err).not.toContain(password);
        expect(err).toContain("The password was shown when key");
        if (format === "zone" || format === "terraform") expect(out).toContain(fulldomain);
        else expect(out).toContain(username);
      }
      const named = NAMED[format];
      if (named === undefined) return;
      expect(production.out + production.err).toContain(named[0]);
      expect(production.out + production.err).not.toContain(named[1]);
      expect(staging.out + staging.err).toContain(named[1]);
    },
  );

  test("a new key comes in any of the formats, once; without a domain there is a blank", async () => {
    const { fulldomain } = await register();
    const { out, err } = await run("keys", "rotate", fulldomain, "--format", "lego", "--staging");
    const { "YOUR-DOMAIN": entry } = JSON.parse(out);
    expect(entry).toMatchObject({ fulldomain, password: expect.stringMatching(/^[\w-]{40}$/) });
    expect(err).toContain(`--server https://${STAGING}`);
    expect(err).toContain("The password is shown this once");
  });

  test("refused before a key is made: a domain that is none", async () => {
    const { fulldomain } = await register();
    const refused = await run("keys", "add", fulldomain, "--format", "lego", "--domain", "a b");
    expect(refused).toMatchObject({ code: 3, out: "" });
    expect(await json<unknown[]>("keys", "list", fulldomain)).toHaveLength(1);
  });
});

describe("config", () => {
  test("show says what applies and where it comes from, and no secret", async () => {
    writeFileSync(join(folder.path, "token"), "a-token-in-a-file-0123456789\n");
    const more = join(folder.path, "more.toml");
    writeFileSync(
      more,
      '[api]\nregistration = "token"\nregistration_tokens = ["a-token-in-the-file-01234567"]\n',
    );
    const { out } = await folder.run("config", "show", "--origin", "-c", more);
    expect(out).toContain(`registration = "token"  # ${more}:2`);
    expect(out).toContain('registration_tokens = ["(hidden)"]');
    expect(out).toContain('listen = "127.0.0.1:5300"  # default');
    expect(out).not.toContain("a-token");
    // It is a configuration itself, but for the secret.
    const shown = join(folder.path, "shown.toml");
    writeFileSync(shown, out.replace('["(hidden)"]', "[]"));
    expect(await folder.run("config", "validate", "-c", shown)).toMatchObject({ code: 0 });
  });

  test("validate finds what a start would find, with the same exit code", async () => {
    expect(await done("config", "validate")).toContain("valid");
    const odd = join(folder.path, "odd.toml");
    writeFileSync(odd, '[general]\npublic_ip = "192.0.2.1"\n[naming]\ntombstone = "1d"\n');
    const warned = await folder.run("config", "validate", "-c", odd);
    expect(warned).toMatchObject({ code: 0, err: expect.stringContaining("naming.tombstone") });
    expect((await folder.run("config", "validate", "--strict", "-c", odd)).code).toBe(1);
    const bad = join(folder.path, "bad.toml");
    writeFileSync(bad, '[general]\nlisten = "127.0.0.1:0"\nrecords = ["x A 1.2.3"]\n');
    const refused = await folder.run("config", "validate", "-c", bad);
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining("1.2.3") });
  });

  test("a dry run says what would be, makes nothing, and sees a port that is taken", async () => {
    const empty = join(folder.path, "empty.toml");
    writeFileSync(empty, "");
    const args = ["serve", "--dry-run", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"];
    const dry = await folder.run(...args, "--domain", "d.example", "-c", empty);
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining("would be made") });
    expect(existsSync(join(folder.path, "data"))).toBe(false);
    // Beside a server that runs on the same data its ports are not tried.
    expect(await done("serve", "--dry-run")).toContain("not tried, since a server runs");
    const { port } = new URL(apiUrl(server));
    const http = ["--http", `127.0.0.1:${port}`, "--listen", "127.0.0.1:0"];
    const taken = await folder.run("serve", "--dry-run", ...http, "-c", empty);
    expect(taken).toMatchObject({
      code: 1,
      err: expect.stringContaining(`(pid ${server.child.pid})`),
    });
  });
});

test.for([
  { args: ["delegates", "lock", "x"] },
  { args: ["delegates", "list"] },
  { args: ["backup", "b.db"] },
  { args: ["token", "list"] },
])("a path that leads nowhere is no fault of ours: $args", async ({ args }) => {
  const loop = join(folder.path, "loop");
  if (!existsSync(join(folder.path, "loop.cfg"))) symlinkSync("loop", loop);
  const lines = { database: ['connection = "loop/db.sqlite"'] };
  const refused = await folder.run(...args, "-c", folder.configFile(lines, "loop.cfg"));
  expect(refused).toMatchObject({ code: 3, out: "", err: expect.stringContaining("ELOOP") });
  expect(refused.err.trim().split("\n")).toHaveLength(1);
  expect(refused.err).not.toContain("fault of dnsvouch");
});

test("flags count for more than the file", async () => {
  const other = folder.start([
    ...["-c", folder.configFile({ database: ['connection = "other/db.sqlite"'] }, "other.cfg")],
    ...["--domain", "flags.example", "--listen", "127.0.0.2:0", "--http", "127.0.0.2:0"],
  ]);
  await other.ready();
  expect(other.stdout()).toContain("zone flags.example");
  expect(other.stdout()).toMatch(/DNS {2}127\.0\.0\.2:/);
  expect(apiUrl(other)).toMatch(/^http:\/\/127\.0\.0\.2:/);
});

test("with --json the start is one line, as the log is", async () => {
  const lines = { database: ['connection = "json/db.sqlite"'] };
  const other = folder.start(["serve", "--json", "-c", folder.configFile(lines, "json.cfg")]);
  const [first] = await once(other.child.stdout as Readable, "data");
  const said = String(first)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(said.at(-1)).toMatchObject({ msg: "ready", http: { address: "127.0.0.1" } });
});

test("a health check asks over HTTP and DNS", async () => {
  const dns = /DNS {2}(\S+)/.exec(server.stdout())?.[1] ?? "";
  const { port } = new URL(apiUrl(server));
  const running = folder.configFile(
    {
      general: [`listen = "${dns}"`, 'domain = "auth.example.org"'],
      api: ['ip = "127.0.0.1"', `port = ${port}`],
    },
    "running.cfg",
  );
  expect(await folder.run("healthcheck", "-c", running)).toMatchObject({ code: 0 });
  const other = folder.configFile(
    {
      general: [`listen = "${dns}"`, 'domain = "other.example"'],
      api: ['ip = "127.0.0.1"', "port = 1"],
    },
    "ill.cfg",
  );
  const ill = await folder.run("healthcheck", "-c", other);
  expect(ill.code).toBe(1);
  expect(ill.err).toMatch(/127\.0\.0\.1:1\/health does not answer/);
  expect(ill.err).toMatch(/over UDP: an answer that is none of ours/);
});
