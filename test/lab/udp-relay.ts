// A name server without TCP: what comes in by UDP is handed to another server, and nothing else is open.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Daemon } from "./daemon.ts";

interface Place {
  readonly address: string;
  readonly port: number;
}

export async function startUdpRelay(listen: Place, server: Place): Promise<Daemon> {
  const front = createSocket("udp4");
  front.on("message", (query, asker) => {
    const back = createSocket("udp4");
    back.once("message", (response) => {
      front.send(response, asker.port, asker.address);
      back.close();
    });
    back.send(query, server.port, server.address);
  });
  front.bind(listen.port, listen.address);
  await once(front, "listening");
  return {
    output: () => "",
    stop: async () => {
      front.close();
      await once(front, "close");
      return { code: 0, signal: null };
    },
  };
}
