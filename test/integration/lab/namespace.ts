// A network of our own on this machine: any address, any port, and no way out.
import { type Daemon, startDaemon } from "./daemon.ts";
import type { Place } from "./place.ts";

export interface Namespace extends Daemon, Place {}

/** Should nobody stop it, it ends by itself. */
const longestLifeSeconds = 900;

/**
 * A network namespace whose loopback interface has these addresses besides its own. Whoever is not
 * root gets a user namespace around it, in which he is.
 */
export async function openNamespace(
  folder: string,
  addresses: readonly string[],
): Promise<Namespace> {
  const isRoot = process.getuid?.() === 0;
  const commands = [
    "ip link set lo up",
    ...addresses.map(addressCommand),
    'echo "process $$"',
    `exec sleep ${longestLifeSeconds}`,
  ];
  const holder = await startDaemon({
    command: "unshare",
    args: [
      ...(isRoot ? [] : ["--user", "--map-root-user"]),
      "--net",
      "sh",
      "-ec",
      commands.join("\n"),
    ],
    folder,
    ready: /^process \d+$/m,
  });
  const id = /^process (\d+)$/m.exec(holder.output())?.[1] ?? "";
  const user = isRoot ? [] : ["--user", "--preserve-credentials"];
  return { ...holder, words: ["nsenter", "--target", id, ...user, "--net"] };
}

/** IPv6 waits for an answer that nobody gives before it uses an address, unless it is told not to. */
export function addressCommand(address: string): string {
  return address.includes(":")
    ? `ip addr add ${address}/128 dev lo nodad`
    : `ip addr add ${address}/32 dev lo`;
}
