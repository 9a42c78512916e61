import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** Only held, never used. */
const PORT = 5399;

/**
 * Two runs at once would share two cores and the same ports: NSD binds with SO_REUSEPORT, so that
 * each would even get a part of the other's questions.
 *
 * @throws Error if another run holds the port.
 */
export async function runAlone(): Promise<Server> {
  const held = createServer();
  held.listen({ port: PORT, host: "127.0.0.1" });
  try {
    await once(held, "listening");
  } catch (error) {
    throw new Error(
      `127.0.0.1:${PORT} is taken, most likely by another bench on this machine. Both would measure each other: wait until it has ended.`,
      { cause: error },
    );
  }
  return held;
}
