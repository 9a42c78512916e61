import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchContext, withServers } from "../context.ts";
import { HttpClient } from "../load/http-load.ts";
import { formatSample, type Sample, sampleOf } from "../measure/statistics.ts";
import { addPortalData, type PortalData } from "../portal-data.ts";
import type { Must, Row, SectionResult } from "../report.ts";
import { apiPort, databaseOf, dnsvouch, portalPort } from "../servers/dnsvouch.ts";
import { whileMeasured } from "../servers/server.ts";

const NAMES = 10_000;
const PORT = 5490;
/** Of each page in a round, one after the other. */
const REQUESTS = 200;
/** Every page, at its median: the collector stops one in a hundred for longer, as ADR 0016 keeps its memory small. */
const MOST_MS = 20;
/** What a browser that has nothing yet loads for one page. */
const MOST_KB = 60;
const PASSWORD = "a password of the bench";
const TITLE = "Portal, 10,000 delegates and host names, one connection";

interface Page {
  readonly who: string;
  readonly port: number;
  readonly path: string;
  /** What must stand in it, so that no error page is measured. */
  readonly has: string;
  readonly isForUser: boolean;
}

interface Measured {
  /** Of the server, all its threads, for one page. */
  readonly cpuMs: number;
  readonly p50: number;
  readonly p99: number;
}

function pagesOf({ delegate, hostname, token }: PortalData): readonly Page[] {
  const api = apiPort(PORT);
  const port = portalPort(PORT);
  const page = (who: string, path: string, has: string): Page => {
    return { who, port, path, has, isForUser: true };
  };
  const open = { isForUser: false };
  return [
    { who: "GET /health", port: api, path: "/health", has: "", ...open },
    page("overview", "/", "Overview"),
    page("host names, 50 rows", "/delegates", "www.customer-"),
    page("delegates, 50 rows", "/delegates?view=delegates", "/delegates/50"),
    // One of all, so that all are looked at.
    page("host names, a search", `/delegates?q=${hostname}`, hostname),
    page("delegates, a search", `/delegates?view=delegates&q=${hostname}`, hostname),
    page("delegate", `/delegates/${delegate}`, hostname),
    page("host name", `/hostnames/${hostname}`, hostname),
    page("events", "/events", "Events"),
    page("settings", "/settings", "Settings"),
    { who: "customer page", port: api, path: `/s/${token}`, has: hostname, ...open },
    { who: "login page", port, path: "/login", has: "Sign in", ...open },
  ];
}

/** How long the server takes for each page, beside the least that the API answers, and how large a first visit is. */
export async function portalSection(context: BenchContext): Promise<SectionResult> {
  const { folder, rounds } = context;
  const portalPasswordFile = join(folder, "portal-password");
  writeFileSync(portalPasswordFile, `${PASSWORD}\n`, { mode: 0o600 });
  const server = dnsvouch({
    ...{ folder, name: "dnsvouch", port: PORT, io: "batch", names: NAMES, portalPasswordFile },
  });
  const pages = pagesOf(await addPortalData(databaseOf({ folder, port: PORT }), NAMES));
  return await withServers(context, [server], async ([running]) => {
    if (running === undefined) throw new Error("no server");
    const cookie = await signIn();
    const measured = pages.map((): Measured[] => []);
    for (let round = 0; round <= rounds; round++) {
      for (const [i, page] of pages.entries()) {
        const { result, cpuUs } = await whileMeasured(running, () => timesOf(page, cookie));
        if (round > 0) measured[i]?.push({ ...result, cpuMs: cpuUs / 1000 / REQUESTS });
      }
    }
    const kb = await Promise.all(pages.slice(1).map((page) => firstLoadKb(page, cookie)));
    return resultOf(pages, measured, kb);
  });
}

/** By the form, as a browser does. @returns the cookie of the session. */
async function signIn(): Promise<string> {
  const origin = `http://127.0.0.1:${portalPort(PORT)}`;
  const form = await fetch(`${origin}/login`);
  const [, csrf = ""] = /name="csrf" value="([^"]+)"/.exec(await form.text()) ?? [];
  const answer = await fetch(`${origin}/login`, {
    method: "POST",
    headers: { Origin: origin, Cookie: cookieOf(form) },
    body: new URLSearchParams({ csrf, next: "/", user: "admin", password: PASSWORD }),
    redirect: "manual",
  });
  if (answer.status !== 303) throw new Error(`no login: ${answer.status} ${await answer.text()}`);
  return cookieOf(answer);
}

function cookieOf({ headers }: Response): string {
  return headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

function request({ path, isForUser }: Page, cookie: string, codings: string): Buffer {
  const head = [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    ...(isForUser ? [`Cookie: ${cookie}`] : []),
  ];
  if (codings !== "") head.push(`Accept-Encoding: ${codings}`);
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n`);
}

async function timesOf(page: Page, cookie: string): Promise<Omit<Measured, "cpuMs">> {
  const client = new HttpClient(page.port);
  const asBrowser = request(page, cookie, "gzip, br");
  const times: number[] = [];
  await textOf(client, page, cookie);
  for (let i = 0; i < REQUESTS; i++) {
    const begun = performance.now();
    const status = await client.send(asBrowser);
    times.push(performance.now() - begun);
    if (status !== 200) throw new Error(`${page.path} answers ${status}`);
  }
  client.close();
  times.sort((a, b) => a - b);
  const at = (part: number): number => times[Math.floor(REQUESTS * part)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function textOf(client: HttpClient, page: Page, cookie: string): Promise<string> {
  const status = await client.send(request(page, cookie, ""));
  if (status !== 200 || !client.body.includes(page.has)) {
    throw new Error(`${page.path} answers ${status}, without "${page.has}": ${client.body}`);
  }
  return client.body;
}

/** The page and all that it loads, as it is sent. */
async function firstLoadKb(page: Page, cookie: string): Promise<number> {
  const client = new HttpClient(page.port);
  const text = await textOf(client, page, cookie);
  const base = `http://127.0.0.1${page.path}`;
  const loaded = [...text.matchAll(/<(?:link|script)[^>]* (?:href|src)="([^"]+)"/g)];
  const paths = loaded.map(([, address = ""]) => new URL(address, base).pathname);
  let octets = 0;
  for (const path of [page.path, ...paths]) {
    const status = await client.send(request({ ...page, path }, cookie, "gzip, br"));
    if (status !== 200) throw new Error(`${path} answers ${status}`);
    octets += client.body.length;
  }
  client.close();
  return octets / 1000;
}

function resultOf(
  pages: readonly Page[],
  measured: readonly (readonly Measured[])[],
  kb: readonly number[],
): SectionResult {
  const sample = (of: keyof Measured): Sample[] =>
    measured.map((each) => sampleOf(each.map((result) => result[of])));
  const p50 = sample("p50");
  const p99 = sample("p99");
  const cpuMs = sample("cpuMs");
  const baseline = p50[0]?.median ?? Number.NaN;
  const rows: Row[] = pages.map(({ who }, i) => ({
    section: TITLE,
    who,
    figures: {
      "p50 ms": formatSample(p50[i] ?? sampleOf([]), 2),
      "p99 ms": formatSample(p99[i] ?? sampleOf([]), 2),
      "CPU ms": formatSample(cpuMs[i] ?? sampleOf([]), 2),
      "x /health": ((p50[i]?.median ?? Number.NaN) / baseline).toFixed(1),
      ...(i === 0 ? {} : { "first load kB": kb[i - 1]?.toFixed(1) ?? "" }),
    },
  }));
  const slowest = (of: readonly Sample[]): number =>
    Math.max(...of.slice(1).map(({ median }) => median));
  const musts: Must[] = [
    atMost("p50 of the slowest page, ms", slowest(p50), MOST_MS),
    atMost("first load of the largest page, kB", Math.max(...kb), MOST_KB),
  ];
  return { rows, musts };
}

function atMost(what: string, figure: number, wanted: number): Must {
  return { what, figure, wanted, direction: "at most" };
}
