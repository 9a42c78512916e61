import { getServers } from "node:dns";
import type { ServerAddress } from "./message.ts";

const DNS_PORT = 53;

/** The resolvers that this machine uses. */
export function systemResolvers(): ServerAddress[] {
  return getServers().map((text) => {
    const [, bracketed, port] = /^\[(.*)\]:(\d+)$/.exec(text) ?? [];
    if (bracketed !== undefined) return { address: bracketed, port: Number(port) };
    const [, plain = text, plainPort] = /^([0-9.]+):(\d+)$/.exec(text) ?? [];
    return { address: plain, port: Number(plainPort ?? DNS_PORT) };
  });
}
