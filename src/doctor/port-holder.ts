import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { endianness } from "node:os";
import { addressOctets } from "../server/requestor.ts";

/** TCP sockets that listen: include/net/tcp_states.h. */
const LISTEN = "0A";
const MAX_COMMAND_CHARACTERS = 80;

/** An IPv6 socket that is bound to an IPv4 address: ::ffff:0:0/96. */
const IPV4_MAPPED = "00000000000000000000ffff";

/**
 * Who holds a port of an address of this machine, such as `unbound -d (pid 712)`, or undefined if
 * that cannot be known: other systems than Linux, processes of other users. Other programs may hold
 * the same port at other addresses. "" and the wildcards of IPv4 and IPv6 are any address.
 */
export function portHolder(
  transport: "udp" | "tcp",
  address: string,
  port: number,
): string | undefined {
  const inodes = socketInodes(transport, address, port);
  if (inodes.size === 0) return undefined;
  for (const pid of entries("/proc").filter((entry) => /^[0-9]+$/.test(entry))) {
    if (holdsSocket(pid, inodes)) return `${commandLine(pid)} (pid ${pid})`;
  }
  return undefined;
}

/** proc(5): local address and port in column 2, state in 4, inode in 10. */
function socketInodes(transport: "udp" | "tcp", address: string, port: number): Set<string> {
  const inodes = new Set<string>();
  for (const table of [`/proc/net/${transport}`, `/proc/net/${transport}6`]) {
    for (const line of read(table).split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const isBound = transport === "udp" || state === LISTEN;
      if (inode !== undefined && isBound && isInTheWay(local, address, port)) inodes.add(inode);
    }
  }
  return inodes;
}

/** Whether a socket at `local` (`0100007F:0035`) keeps others from binding an address. */
function isInTheWay(local: string | undefined, address: string, port: number): boolean {
  const [words = "", localPort = ""] = local?.split(":") ?? [];
  if (Number.parseInt(localPort, 16) !== port) return false;
  const bound = octetsOfWords(words);
  const wanted = Buffer.from(addressOctets(address)).toString("hex");
  if (isAny(bound) || isAny(wanted)) return true;
  return bound === wanted || bound === `${IPV4_MAPPED}${wanted}`;
}

/** An address as /proc/net has it, in 32-bit words of this machine's order, to hexadecimal octets. */
function octetsOfWords(words: string): string {
  const octets = Buffer.from(words, "hex");
  return (endianness() === "LE" ? octets.swap32() : octets).toString("hex");
}

function isAny(octets: string): boolean {
  return /^0*$/.test(octets);
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  return entries(`/proc/${pid}/fd`).some((descriptor) => {
    const inode = /^socket:\[([0-9]+)\]$/.exec(link(`/proc/${pid}/fd/${descriptor}`))?.[1];
    return inode !== undefined && inodes.has(inode);
  });
}

/** The command line, since /proc/<pid>/comm of every Node process is "MainThread". */
function commandLine(pid: string): string {
  const words = read(`/proc/${pid}/cmdline`).split("\0").join(" ").trim();
  return words.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_COMMAND_CHARACTERS);
}

// Processes come and go, and those of others are closed to us: what cannot be read is empty.
function entries(folder: string): string[] {
  return attempt(() => readdirSync(folder), []);
}

function read(file: string): string {
  return attempt(() => readFileSync(file, "utf8"), "");
}

function link(file: string): string {
  return attempt(() => readlinkSync(file), "");
}

function attempt<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}
