import { IPPROTO_IPV6, type Libc } from "./libc.ts";

/**
 * The memory of one socket in which recvmmsg and sendmmsg find their arguments, laid out as the kernel
 * has it on 64-bit little-endian Linux. It is allocated once; per batch only a few words are written.
 *
 *   struct mmsghdr { struct msghdr { void *name; u32 namelen; iovec *iov; u64 iovlen; void *control;
 *                    u64 controllen; i32 flags; } hdr; u32 len; }           64 octets
 *   struct iovec   { void *base; u64 len; }                                 16 octets
 *   struct sockaddr_in  { u16 family; be16 port; u8 addr[4]; … }            16 octets
 *   struct sockaddr_in6 { u16 family; be16 port; u32 flow; u8 addr[16]; u32 scope; }   28 octets
 *   struct cmsghdr { u64 len; i32 level; i32 type; } and in_pktinfo or in6_pktinfo behind it
 */

/** Messages that are taken with one call: more make nothing faster, and answers wait for the last. */
export const BATCH_MESSAGES = 64;

export const HEADER_OCTETS = 64;
const HEADER_WORDS = HEADER_OCTETS / 4;
/** Offsets in words. */
const NAME = 0;
const NAME_LENGTH = 2;
const IOV = 4;
const IOV_LENGTH = 6;
const CONTROL = 8;
const CONTROL_LENGTH = 10;
const MESSAGE_LENGTH = 14;
const IOVEC_OCTETS = 16;
const IOVEC_WORDS = IOVEC_OCTETS / 4;

/** Room for either kind of address. */
export const SOCKADDR_OCTETS = 32;
const LONGEST_SOCKADDR = 28;
/** Room for one control message of either family. */
const CONTROL_OCTETS = 64;
const CONTROL_WORDS = CONTROL_OCTETS / 4;

const CMSG_HEAD_WORDS = 4;

/** Where the parts are: headers and vectors to receive, those to send, addresses, control messages. */
const RECEIVE_HEADERS = 0;
const RECEIVE_VECTORS = RECEIVE_HEADERS + BATCH_MESSAGES * HEADER_OCTETS;
const SEND_HEADERS = RECEIVE_VECTORS + BATCH_MESSAGES * IOVEC_OCTETS;
const SEND_VECTORS = SEND_HEADERS + BATCH_MESSAGES * HEADER_OCTETS;
const SOCKADDRS = SEND_VECTORS + BATCH_MESSAGES * IOVEC_OCTETS;
const CONTROLS = SOCKADDRS + BATCH_MESSAGES * SOCKADDR_OCTETS;
const TOTAL_OCTETS = CONTROLS + BATCH_MESSAGES * CONTROL_OCTETS;

/** Where messages are received and their responses written: the same for all sockets of a thread. */
export interface MessageSlots {
  /** The address of each slot, and its size. */
  slotAddress(slot: number): number;
  readonly slotOctets: number;
}

export class SocketMemory {
  readonly octets: Uint8Array = Buffer.alloc(TOTAL_OCTETS);
  readonly receiveHeaders: bigint;
  readonly #words: Uint32Array;
  readonly #base: number;
  readonly #slots: MessageSlots;
  readonly #controlOctets: number;

  /** `wantsControl`: whether the kernel is asked for the address that each datagram was sent to. */
  constructor(libc: Libc, slots: MessageSlots, wantsControl: boolean) {
    this.#words = new Uint32Array(this.octets.buffer, this.octets.byteOffset, TOTAL_OCTETS / 4);
    this.#base = Number(libc.address(this.octets));
    this.receiveHeaders = BigInt(this.#base + RECEIVE_HEADERS);
    this.#slots = slots;
    this.#controlOctets = wantsControl ? CONTROL_OCTETS : 0;
    for (let i = 0; i < BATCH_MESSAGES; i++) this.#prepare(i, slots);
  }

  /** Octets of the message that was received as number `i`. */
  receivedOctets(i: number): number {
    return this.#words[RECEIVE_HEADERS / 4 + i * HEADER_WORDS + MESSAGE_LENGTH] ?? 0;
  }

  /** Where in `octets` the source address of message `i` is. */
  sockaddrAt(i: number): number {
    return SOCKADDRS + i * SOCKADDR_OCTETS;
  }

  /** The kernel has written how long addresses and control messages are: makes room for the next again. */
  resetReceived(count: number): void {
    for (let i = 0; i < count; i++) {
      const header = RECEIVE_HEADERS / 4 + i * HEADER_WORDS;
      this.#words[header + NAME_LENGTH] = LONGEST_SOCKADDR;
      this.#words[header + CONTROL_LENGTH] = this.#controlOctets;
    }
  }

  /** As if message `i` had come without a control message. */
  forgetControl(i: number): void {
    this.#words[RECEIVE_HEADERS / 4 + i * HEADER_WORDS + CONTROL_LENGTH] = 0;
  }

  /** Response number `response` lies in the slot of message `message`, and goes to whoever sent that, from the address that it was sent to. */
  setResponse(response: number, message: number, octets: number): void {
    const words = this.#words;
    const header = SEND_HEADERS / 4 + response * HEADER_WORDS;
    const received = RECEIVE_HEADERS / 4 + message * HEADER_WORDS;
    words[header + NAME] = words[received + NAME] ?? 0;
    words[header + NAME + 1] = words[received + NAME + 1] ?? 0;
    words[header + NAME_LENGTH] = words[received + NAME_LENGTH] ?? 0;
    const vector = SEND_VECTORS / 4 + response * IOVEC_WORDS;
    writeAddress(words, vector, this.#slots.slotAddress(message));
    words[vector + 2] = octets;
    if (this.#controlOctets > 0) this.#returnFrom(header, received, message);
  }

  sendHeaders(from: number): bigint {
    return BigInt(this.#base + SEND_HEADERS + from * HEADER_OCTETS);
  }

  /** The control message that came goes back: IP_PKTINFO and IPV6_PKTINFO have one form for both ways. */
  #returnFrom(header: number, received: number, message: number): void {
    const words = this.#words;
    const control = CONTROLS / 4 + message * CONTROL_WORDS;
    words[header + CONTROL] = words[received + CONTROL] ?? 0;
    words[header + CONTROL + 1] = words[received + CONTROL + 1] ?? 0;
    words[header + CONTROL_LENGTH] = words[received + CONTROL_LENGTH] ?? 0;
    // Which interface is for the routing table to say, but for link-local addresses.
    const isIpv6 = (words[control + 2] ?? 0) === IPPROTO_IPV6;
    const data = control + CMSG_HEAD_WORDS;
    if (!isIpv6) words[data] = 0;
    else if (((words[data] ?? 0) & 0xc0ff) !== 0x80fe) words[data + 4] = 0;
  }

  #prepare(i: number, slots: MessageSlots): void {
    const words = this.#words;
    const sockaddr = SOCKADDRS + i * SOCKADDR_OCTETS;
    const control = CONTROLS + i * CONTROL_OCTETS;
    const receive = RECEIVE_HEADERS / 4 + i * HEADER_WORDS;
    writeAddress(words, receive + NAME, this.#base + sockaddr);
    writeAddress(words, receive + IOV, this.#base + RECEIVE_VECTORS + i * IOVEC_OCTETS);
    words[receive + IOV_LENGTH] = 1;
    if (this.#controlOctets > 0) writeAddress(words, receive + CONTROL, this.#base + control);
    const receiveVector = RECEIVE_VECTORS / 4 + i * IOVEC_WORDS;
    writeAddress(words, receiveVector, slots.slotAddress(i));
    words[receiveVector + 2] = slots.slotOctets;
    const send = SEND_HEADERS / 4 + i * HEADER_WORDS;
    writeAddress(words, send + IOV, this.#base + SEND_VECTORS + i * IOVEC_OCTETS);
    words[send + IOV_LENGTH] = 1;
    this.resetReceived(i + 1);
  }
}

/** Two words, the low one first. Addresses have 47 bits, so a number holds them. */
function writeAddress(words: Uint32Array, at: number, address: number): void {
  words[at] = address >>> 0;
  words[at + 1] = Math.floor(address / 2 ** 32);
}
