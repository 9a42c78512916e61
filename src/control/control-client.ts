import { connect } from "node:net";
import type { Outcome } from "./control-acts.ts";
import { socketPath } from "./control-socket.ts";

const LIMIT_MS = 15_000;

/**
 * Asks the server that owns the data of a database to do an act.
 *
 * @returns undefined if nobody listens there: it is starting or stopping, or it is no server.
 */
export function requestAct(
  databasePath: string,
  name: string,
  args: object,
): Promise<Outcome | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome | undefined>();
  const socket = connect(socketPath(databasePath));
  let text = "";
  socket.setEncoding("utf8");
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error("the server does not answer")));
  socket.on("connect", () => socket.write(`${JSON.stringify({ act: name, args })}\n`));
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(undefined);
    else reject(error);
  });
  socket.on("close", () => {
    try {
      resolve(JSON.parse(text) as Outcome);
    } catch {
      reject(new Error("the server has closed the connection without an answer"));
    }
  });
  return promise;
}
