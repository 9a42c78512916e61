import { chmodSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname, join, resolve } from "node:path";
import type { Outcome } from "./control-acts.ts";

/**
 * A Unix socket beside the database, over which commands on this machine ask the running server: a line
 * of JSON each way, `{"act": …, "args": {…}}` and an Outcome. Whoever can connect may do everything, so the
 * file is for this user alone.
 */
const SOCKET_FILE = "dnsvouch.sock";
/** sockaddr_un has 108 octets on Linux and 104 elsewhere, the one that ends it among them. */
const LONGEST_PATH_OCTETS = 103;
const LONGEST_LINE = 65_536;
const LIMIT_MS = 10_000;

export interface ControlSocket {
  close(): Promise<void>;
}

export interface ControlOptions {
  /** The socket is beside it. */
  readonly databasePath: string;
  readonly perform: (name: string, args: unknown) => Promise<Outcome>;
  readonly log: { error(fields: object, message: string): void };
}

/** Undefined: no socket can have that path, which is too long. */
export function socketPath(databasePath: string): string | undefined {
  const path = join(dirname(resolve(databasePath)), SOCKET_FILE);
  return Buffer.byteLength(path) <= LONGEST_PATH_OCTETS ? path : undefined;
}

/**
 * Listens. The caller owns the data, so a socket that is there was left by a process that is gone. Rejects
 * with the system's error.
 */
export async function listenForControl(options: ControlOptions): Promise<ControlSocket> {
  const path = socketPath(options.databasePath);
  if (path === undefined) {
    throw new Error(
      `the path of ${SOCKET_FILE} beside ${options.databasePath} has more than ${LONGEST_PATH_OCTETS} octets; put the data into a directory with a shorter one`,
    );
  }
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serve(socket, options);
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(path, () => {
      server.off("error", fail);
      done();
    });
  });
  // Before anybody can have connected: the process has made it with a mask of 077.
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((done) => {
        // Removes the file, too.
        server.close(() => done());
        for (const socket of sockets) socket.end();
      }),
  };
}

/** One request a connection. */
function serve(socket: Socket, { perform, log }: ControlOptions): void {
  let text = "";
  let isAnswered = false;
  socket.setEncoding("utf8");
  socket.setTimeout(LIMIT_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    text += String(chunk);
    if (isAnswered || text.length > LONGEST_LINE) return void socket.destroy();
    if (!text.includes("\n")) return;
    isAnswered = true;
    void answer(text, perform, log).then((outcome) => socket.end(`${JSON.stringify(outcome)}\n`));
  });
}

async function answer(
  line: string,
  perform: ControlOptions["perform"],
  log: ControlOptions["log"],
): Promise<Outcome> {
  try {
    const request: unknown = JSON.parse(line);
    if (typeof request === "object" && request !== null && "act" in request) {
      return await perform(String(request.act), "args" in request ? request.args : {});
    }
    return { refused: "not a request" };
  } catch (err) {
    if (err instanceof SyntaxError) return { refused: "not a request" };
    log.error({ err }, "a fault of dnsvouch itself, please report it: a command was not done");
    return { failed: "a fault of the server itself; its log says more" };
  }
}
