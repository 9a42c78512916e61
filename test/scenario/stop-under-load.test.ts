import { afterEach, beforeEach, expect, test } from "vitest";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import { lookUpTexts } from "../support/look-up.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";
import { RawConnection } from "../support/raw-http.ts";

const IN_FLIGHT = 20;
const WRITERS = 8;

let folder: ProcessFolder;

beforeEach(() => {
  folder = new ProcessFolder();
});

afterEach(() => folder.remove());

const config = () =>
  folder.configFile({
    api: ['ip = "127.0.0.1"', "port = 0", "[limits]", "register_per_source_per_hour = 0"],
  });

test("SIGTERM under load: what is under way is answered, what was acknowledged is kept, exit code 0", async () => {
  const first = folder.start(["-c", config()]);
  await first.ready();
  const url = apiUrl(first);
  const inFlight = await Promise.all(Array.from({ length: IN_FLIGHT }, () => register(url)));
  const writing = await Promise.all(Array.from({ length: WRITERS }, () => register(url)));
  const acknowledged = new Map<Delegate, number>();
  const enough = Promise.withResolvers<void>();
  const writers = writing.map(async (delegate) => {
    for (let number = 1; number < 10_000; number++) {
      await update(url, delegate, digest(number));
      acknowledged.set(delegate, number);
      if (writing.every((each) => (acknowledged.get(each) ?? 0) >= 5)) enough.resolve();
    }
  });
  await enough.promise;
  const port = Number(new URL(url).port);
  const begun = await Promise.all(inFlight.map((delegate) => begin(port, delegate)));
  first.child.kill("SIGTERM");
  // The writers end when the server does not take their requests any more.
  await Promise.allSettled(writers);
  for (const { connection, body } of begun) await connection.send(body);
  for (const { connection } of begun) {
    const { final } = await connection.response();
    expect(final).toMatchObject({ status: 200, body: `{"txt": "${digest(1)}"}` });
    expect(final.headers.get("connection")).toBe("close");
    expect(await connection.rest()).toBe("");
  }
  expect(await first.exit()).toBe(0);

  const second = folder.start(["-c", config()]);
  await second.ready();
  for (const { fulldomain } of inFlight) {
    expect(await lookUpTexts(second, fulldomain)).toEqual([digest(1)]);
  }
  for (const delegate of writing) {
    const last = acknowledged.get(delegate) ?? 0;
    // One more may have been stored, and its answer lost with the connection.
    expect([
      [digest(last - 1), digest(last)],
      [digest(last), digest(last + 1)],
    ]).toContainEqual(await lookUpTexts(second, delegate.fulldomain));
  }
});

/** An update that the server works on, and waits for the body of. */
async function begin(
  port: number,
  delegate: Delegate,
): Promise<{ connection: RawConnection; body: string }> {
  const body = JSON.stringify({ subdomain: delegate.subdomain, txt: digest(1) });
  const connection = await RawConnection.open(port);
  const head = [
    "POST /update HTTP/1.1",
    "Host: localhost",
    `X-Api-User: ${delegate.username}`,
    `X-Api-Key: ${delegate.password}`,
    `Content-Length: ${body.length}`,
    "Expect: 100-continue",
  ];
  await connection.send(`${head.join("\r\n")}\r\n\r\n`);
  expect((await connection.message()).status).toBe(100);
  return { connection, body };
}

test.for(["SIGTERM", "SIGINT"] as const)("another signal, %s, ends it at once", async (signal) => {
  const dnsvouch = folder.start(["-c", config()]);
  await dnsvouch.ready();
  const delegate = await register(apiUrl(dnsvouch));
  const { connection } = await begin(Number(new URL(apiUrl(dnsvouch)).port), delegate);
  dnsvouch.child.kill("SIGTERM");
  // Nobody sends the body: it would be waited for.
  await new Promise<void>((done) => {
    const look = (): void => {
      if (dnsvouch.stdout().includes("stopping")) done();
    };
    dnsvouch.child.stdout?.on("data", look);
    look();
  });
  dnsvouch.child.kill(signal);
  expect(await dnsvouch.exit()).toBe(signal);
  connection.close();
});
