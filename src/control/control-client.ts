import { connect } from "node:net";
import { StoreError } from "../store/store.ts";
import type { Outcome } from "./control-acts.ts";
import { socketPath } from "./control-socket.ts";

const LIMIT_MS = 15_000;

/**
 * Asks the server that owns the data of a database to do an act. Rejects with StoreError if it gives no answer.
 *
 * @returns undefined if nobody listens there: it is starting or stopping, or it is no server.
 */
export function requestAct(
  databasePath: string,
  name: string,
  args: object,
): Promise<Outcome | undefined> {
  const path = socketPath(databasePath);
  if (path === undefined) return Promise.resolve(undefined);
  const { promise, resolve, reject } = Promise.withResolvers<Outcome | undefined>();
  const fail = (reason: string): void => reject(noAnswer(path, reason));
  const socket = connect(path);
  let text = "";
  socket.setEncoding("utf8");
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error("it does not answer")));
  socket.on("connect", () => socket.write(`${JSON.stringify({ act: name, args })}\n`));
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(undefined);
    else fail(error.message);
  });
  socket.on("close", () => {
    try {
      resolve(JSON.parse(text) as Outcome);
    } catch {
      fail("it has closed the connection without an answer");
    }
  });
  return promise;
}

function noAnswer(path: string, reason: string): StoreError {
  return new StoreError(
    "storage_unavailable",
    `The server that has the data was asked at ${path}, and it is not known whether it was done: ${reason}. See its log and what there is, then try again.`,
  );
}
