import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type BenchContext, withServers } from "../context.ts";
import { ApiLoad } from "../load/api-load-process.ts";
import type { SectionResult } from "../report.ts";
import { apiPort, dnsvouch } from "../servers/dnsvouch.ts";

const NAMES = 10_000;
const SOCKETS = 200;
const SECONDS = 20;
const HALF_OPEN = "POST /update HTTP/1.1\r\nHost: a\r\nX-Api-User: ";

/** What half-open requests and idle connections of DNS do to an ordinary client, and when they are gone. */
export async function heldOpenSection(context: BenchContext): Promise<SectionResult> {
  const { folder, generator } = context;
  const server = dnsvouch({ folder, name: "dnsvouch", port: 5490, io: "batch", names: NAMES });
  const { port } = server;
  const load = new ApiLoad("1");
  try {
    return await withServers(context, [server], async () => {
      const measure = async () => {
        const [questions, updates] = await Promise.all([
          generator.run({
            kind: "open",
            port,
            isEcho: false,
            names: NAMES,
            perSecond: 500,
            seconds: SECONDS,
          }),
          load.run({
            kind: "update",
            port: apiPort(port),
            connections: 2,
            perSecond: 50,
            seconds: SECONDS,
          }),
        ]);
        return { dnsMs: (questions.latencies?.p99 ?? Number.NaN) / 1000, updateMs: updates.p99 };
      };
      const alone = await measure();
      const closing = holdOpen(port);
      const beside = await measure();
      return resultOf(alone, beside, await closing);
    });
  } finally {
    load.stop();
  }
}

/** Gives after how many seconds the last of them was closed. */
async function holdOpen(port: number): Promise<number> {
  const start = performance.now();
  const sockets = Array.from({ length: 2 * SOCKETS }, (_, i) =>
    i < SOCKETS ? open(apiPort(port), HALF_OPEN) : open(port, ""),
  );
  await Promise.all(sockets.map((socket) => once(socket, "close")));
  return (performance.now() - start) / 1000;
}

function open(port: number, sent: string): Socket {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.resume();
  socket.write(sent);
  return socket;
}

interface Latencies {
  readonly dnsMs: number;
  readonly updateMs: number;
}

function resultOf(alone: Latencies, beside: Latencies, closedSeconds: number): SectionResult {
  const row = (who: string, { dnsMs, updateMs }: Latencies) => ({
    section: `Beside ${SOCKETS} half-open requests and ${SOCKETS} idle connections of DNS`,
    who,
    figures: { "DNS p99 ms": dnsMs.toFixed(2), "update p99 ms": updateMs.toFixed(1) },
  });
  const closed = { figure: closedSeconds, wanted: 20, direction: "at most" as const };
  return {
    rows: [row("without", alone), row("with", beside)],
    musts: [
      {
        what: "update p99 beside held connections, ms",
        figure: beside.updateMs,
        wanted: 500,
        direction: "at most",
      },
      { what: "all closed after, s", ...closed },
    ],
  };
}
