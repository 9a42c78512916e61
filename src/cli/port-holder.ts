import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** TCP sockets that listen: include/net/tcp_states.h. */
const LISTEN = "0A";
const MAX_COMMAND_CHARACTERS = 80;

/**
 * Who holds a port of this machine, such as `unbound -d (pid 712)`, or undefined if that cannot be
 * known: other systems than Linux, processes of other users.
 */
export function portHolder(transport: "udp" | "tcp", port: number): string | undefined {
  const inodes = socketInodes(transport, port);
  if (inodes.size === 0) return undefined;
  for (const pid of entries("/proc").filter((entry) => /^[0-9]+$/.test(entry))) {
    if (holdsSocket(pid, inodes)) return `${commandLine(pid)} (pid ${pid})`;
  }
  return undefined;
}

/** proc(5): local address and port in column 2, state in 4, inode in 10. */
function socketInodes(transport: "udp" | "tcp", port: number): Set<string> {
  const inodes = new Set<string>();
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  for (const table of [`/proc/net/${transport}`, `/proc/net/${transport}6`]) {
    for (const line of read(table).split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const isBound = transport === "udp" || state === LISTEN;
      if (inode !== undefined && isBound && local?.endsWith(`:${wanted}`)) inodes.add(inode);
    }
  }
  return inodes;
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
