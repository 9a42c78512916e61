// What a program of the lab has for itself on this machine: a network, or what is mounted.
import { type Daemon, startDaemon } from "./daemon.ts";
import type { Place } from "./place.ts";

export interface Namespace extends Daemon, Place {
  /** The process that keeps it. */
  readonly id: string;
}

/** Should nobody stop it, it ends by itself. */
const longestLifeSeconds = 900;

/**
 * A namespace of a kind (as unshare and nsenter call it) in which these commands were run. Whoever is not
 * root gets a user namespace around it, in which he is.
 */
export async function openNamespace(
  folder: string,
  kind: "--net" | "--mount",
  commands: readonly string[],
): Promise<Namespace> {
  const isRoot = process.getuid?.() === 0;
  const script = [...commands, 'echo "process $$"', `exec sleep ${longestLifeSeconds}`];
  const holder = await startDaemon({
    command: "unshare",
    args: [...(isRoot ? [] : ["--user", "--map-root-user"]), kind, "sh", "-ec", script.join("\n")],
    folder,
    ready: /^process \d+$/m,
  });
  const id = /^process (\d+)$/m.exec(holder.output())?.[1] ?? "";
  const user = isRoot ? [] : ["--user", "--preserve-credentials"];
  return { ...holder, id, words: ["nsenter", "--target", id, ...user, kind] };
}

/** A network of our own: any address, any port, and no way out. Its loopback interface has these addresses. */
export function openNetwork(folder: string, addresses: readonly string[]): Promise<Namespace> {
  const commands = ["ip link set lo up", ...addresses.map(addressCommand)];
  return openNamespace(folder, "--net", commands);
}

/** IPv6 waits for an answer that nobody gives before it uses an address, unless it is told not to. */
export function addressCommand(address: string): string {
  return address.includes(":")
    ? `ip addr add ${address}/128 dev lo nodad`
    : `ip addr add ${address}/32 dev lo`;
}
