import { createServer } from "node:net";
import { listenAnywhere } from "./process-folder.ts";

/** A port of 127.0.0.1 that nobody uses at the moment, for what cannot be told to take any. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listenAnywhere(probe);
  await new Promise((done) => probe.close(done));
  return port;
}
