import { createRequire } from "node:module";
import { endianness } from "node:os";

/** The calls of the C library that node does not have. Addresses are those of `address`; a negative result is an error. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(descriptor: number, address: bigint, octets: number): number;
  setsockopt(
    descriptor: number,
    level: number,
    name: number,
    value: bigint,
    octets: number,
  ): number;
  getsockname(descriptor: number, address: bigint, octets: bigint): number;
  recvmmsg(
    descriptor: number,
    headers: bigint,
    count: number,
    flags: number,
    timeout: null,
  ): number;
  sendmmsg(descriptor: number, headers: bigint, count: number, flags: number): number;
  poll(descriptors: bigint, count: number, timeoutMs: number): number;
  close(descriptor: number): number;
  /** sched_setattr(2), for which the C library has no name, of the calling thread. */
  setScheduling(attributes: bigint): number;
  /** Of the last call that failed in this thread. */
  errno(): number;
  /** Where an array is. It stays there: `memory` must not be collected while the address is in use. */
  address(memory: Uint8Array): bigint;
}

/** Numbers that are the same on all of Linux (asm-generic), x86-64 and arm64 among them. */
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_CLOEXEC = 0x8_0000;
export const SOL_SOCKET = 1;
export const SO_RCVBUF = 8;
export const SO_REUSEPORT = 15;
export const IPPROTO_IP = 0;
export const IP_PKTINFO = 8;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
export const IPV6_RECVPKTINFO = 49;
export const MSG_DONTWAIT = 0x40;
export const POLLIN = 1;
export const POLLOUT = 4;

/** asm/unistd.h. */
const SYS_SCHED_SETATTR = process.arch === "arm64" ? 274 : 314;

/** Where the layouts that socket-memory.ts writes are the right ones. */
const ARCHITECTURES = ["x64", "arm64"];

let loaded: Libc | undefined;

/**
 * The C library of this process through koffi, which is optional and therefore loaded here, when it is
 * wanted. Gives the reason if that cannot be.
 */
export function loadLibc(): Libc | string {
  if (loaded !== undefined) return loaded;
  const { platform, arch } = process;
  if (platform !== "linux") return `recvmmsg is a call of Linux, and this is ${platform}`;
  if (!ARCHITECTURES.includes(arch) || endianness() !== "LE") return `not made for ${arch}`;
  try {
    loaded = libcThrough(createRequire(import.meta.url)("koffi"));
    return loaded;
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  }
}

type Koffi = typeof import("koffi");

function libcThrough(koffi: Koffi): Libc {
  // What is linked into this process already, glibc or musl.
  const libc = koffi.load(null);
  const setScheduling = libc.func("long syscall(long number, int pid, void *attr, uint flags)");
  return {
    socket: libc.func("int socket(int domain, int type, int protocol)"),
    bind: libc.func("int bind(int fd, void *address, uint octets)"),
    setsockopt: libc.func("int setsockopt(int fd, int level, int name, void *value, uint octets)"),
    getsockname: libc.func("int getsockname(int fd, void *address, void *octets)"),
    recvmmsg: libc.func("int recvmmsg(int fd, void *headers, uint n, int flags, void *timeout)"),
    sendmmsg: libc.func("int sendmmsg(int fd, void *headers, uint n, int flags)"),
    poll: libc.func("int poll(void *fds, ulong n, int timeout)"),
    close: libc.func("int close(int fd)"),
    setScheduling: (attributes) => setScheduling(SYS_SCHED_SETATTR, 0, attributes, 0),
    errno: () => koffi.errno(),
    address: (memory) => koffi.address(memory),
  };
}
