import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digest, register } from "../support/api-client.ts";
import { MAIN } from "../support/dnsvouch-process.ts";
import { apiUrl, listenAnywhere, ProcessFolder } from "../support/process-folder.ts";

const SRC_MAIN = resolve(import.meta.dirname, "../../src/main.ts");

let folder: ProcessFolder;

beforeEach(() => {
  folder = new ProcessFolder();
});

afterEach(() => folder.remove());

/** Resolves once nothing listens at the URL any more. */
async function refused(url: string): Promise<void> {
  for (;;) {
    try {
      await (await fetch(`${url}/health`)).arrayBuffer();
    } catch {
      return;
    }
  }
}

/** Resolves once the API answers. */
async function answered(url: string): Promise<"answered"> {
  for (;;) {
    try {
      await (await fetch(`${url}/health`)).arrayBuffer();
      return "answered";
    } catch {
      // Not bound yet.
    }
  }
}

test.for([
  { name: "serve -c FILE", args: ["serve", "-c", "config.cfg"], signal: "SIGTERM" as const },
  { name: "-c FILE", args: ["-c", "config.cfg"], signal: "SIGINT" as const },
  { name: "./config.cfg without an option", args: [], signal: "SIGTERM" as const },
])("$name starts the server, $signal stops it with exit code 0", async ({ args, signal }) => {
  folder.configFile();
  const dnsvouch = folder.start(args);
  await dnsvouch.ready();
  expect((await fetch(`${apiUrl(dnsvouch)}/health`)).status).toBe(200);
  dnsvouch.child.kill(signal);
  expect(await dnsvouch.exit()).toBe(0);
  expect(dnsvouch.stderr()).toBe("");
});

test("at level error nothing but ready is printed", async () => {
  const dnsvouch = folder.start(["-c", folder.configFile({ log: ['loglevel = "error"'] })]);
  await dnsvouch.ready();
  expect(dnsvouch.stdout()).toBe("ready\n");
});

test("a request that is under way when the signal comes is answered, then the process ends", async () => {
  const dnsvouch = folder.start(["-c", folder.configFile()]);
  await dnsvouch.ready();
  const url = apiUrl(dnsvouch);
  const delegate = await register(url);
  const body = JSON.stringify({ subdomain: delegate.subdomain, txt: digest(1) });
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const head = [
    "POST /update HTTP/1.1",
    "Host: localhost",
    `X-Api-User: ${delegate.username}`,
    `X-Api-Key: ${delegate.password}`,
    `Content-Length: ${body.length}`,
    "Expect: 100-continue",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  let received = "";
  for await (const chunk of socket) {
    const isAskedForBody = received === "";
    received += chunk;
    if (!isAskedForBody) continue;
    // The 100 shows that the request is being worked on.
    dnsvouch.child.kill("SIGTERM");
    await refused(url);
    socket.write(body);
  }
  expect(received).toMatch(/^HTTP\/1\.1 100 .*\r\n\r\nHTTP\/1\.1 200 OK/s);
  expect(received).toContain(`{"txt": "${digest(1)}"}`);
  expect(await dnsvouch.exit()).toBe(0);
});

test("a reader of the output that goes away does not take the server with it", async () => {
  const holder = createServer();
  // Of an address that no other test uses, so that nobody takes the port once it is free again.
  const host = "127.0.0.6";
  const port = await listenAnywhere(holder, host);
  await new Promise((done) => holder.close(done));
  const dnsvouch = folder.start([
    "-c",
    folder.configFile({ api: [`ip = "${host}"`, `port = ${port}`] }),
  ]);
  dnsvouch.child.stdout?.destroy();
  dnsvouch.child.stderr?.destroy();
  const url = `http://${host}:${port}`;
  expect(await Promise.race([answered(url), dnsvouch.exit()])).toBe("answered");
  // The output was written, and refused, before this answer; what follows still works.
  await register(url);
  dnsvouch.child.kill("SIGTERM");
  expect(await dnsvouch.exit()).toBe(0);
});

test("files are for the user alone", async () => {
  const dnsvouch = folder.start([
    "-c",
    folder.configFile({ database: ['connection = "new/db.sqlite"'] }),
  ]);
  await dnsvouch.ready();
  const { stdout } = await promisify(execFile)("find", ["new", "-perm", "/077"], {
    cwd: folder.path,
  });
  expect(stdout).toBe("");
  expect(readdirSync(join(folder.path, "new"))).toContain("db.sqlite");
});

test("the source runs as it stands, without a build", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [SRC_MAIN, "--version"]);
  const { stdout: built } = await promisify(execFile)(process.execPath, [MAIN, "--version"]);
  expect(stdout).toMatch(/^dnsvouch [0-9]+\.[0-9]+\.[0-9]+\n$/);
  expect(built).toBe(stdout);
});
