import type { Config } from "../config/config.ts";

/** An address to reach a listener at from this machine. */
export function reachable(address: string): string {
  if (address === "" || address === "0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}

export function hostAndPort(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Where the API of a configuration is on this machine. */
export function apiUrl({ api }: Pick<Config, "api">): string {
  return `http://${hostAndPort(reachable(api.ip), api.port)}`;
}
