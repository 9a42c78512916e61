import type { Server } from "node:net";
import { type Endpoint, listenOrExplain } from "./listen-error.ts";

/** Binds a server of streams; "" is every address of this host. Rejects with ListenError. */
export async function listenStream(
  server: Server,
  service: Endpoint["service"],
  { address, port }: { readonly address: string; readonly port: number },
): Promise<{ readonly address: string; readonly port: number }> {
  await listenOrExplain({ service, transport: "tcp", address, port }, () => {
    return new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, ...(address === "" ? {} : { host: address }) }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("no socket address");
  return { address: bound.address, port: bound.port };
}
