import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Origin } from "../audit/audit-entry.ts";
import {
  type Address,
  addressText,
  isInAny,
  isLoopback,
  type Network,
  parseAddress,
  parsePeer,
  sourceKey,
} from "../delegate/network.ts";

/** Who sends a request. */
export interface RequestSource {
  /** Undefined: a proxy has sent it and does not say for whom. Then no list of addresses permits it. */
  readonly client: Address | undefined;
  /** Equal for all addresses that count as one source; that of the proxy for a client that is not known. */
  readonly key: string;
  /** For the audit trail. */
  readonly origin: Origin;
}

interface Peer {
  readonly address: Address | undefined;
  readonly text: string;
  readonly isProxy: boolean;
  /** Of what it sends itself. */
  readonly source: RequestSource;
}

export interface RequestSourceOptions {
  /** The proxies whose header is believed. Others cannot make anybody believe anything. */
  readonly trustedProxies: readonly Network[];
  /** The header with the client's address, such as X-Forwarded-For. */
  readonly headerName: string;
}

/** Longer lists of addresses than any chain of proxies makes. */
const MOST_HOPS = 32;
const SHOWN_CHARACTERS = 64;

/**
 * Where requests come from: the address of the connection, or, if that is a trusted proxy's, the last
 * one in its header that is none. What a client itself has written into the header stands further to the
 * left, where nobody looks.
 */
export class RequestSources {
  readonly #proxies: readonly Network[];
  readonly #header: string;
  readonly #peers = new WeakMap<Socket, Peer>();

  constructor({ trustedProxies, headerName }: RequestSourceOptions) {
    this.#proxies = trustedProxies;
    this.#header = headerName.toLowerCase();
  }

  of(req: IncomingMessage): RequestSource {
    const peer = this.#peer(req.socket);
    if (!peer.isProxy) return peer.source;
    // Several lines of one header are one list, in their order: RFC 9110 section 5.3.
    const list = (req.headersDistinct[this.#header] ?? []).join(",");
    const client = this.#lastUntrusted(list);
    const forwarded = client === undefined ? shown(list) : addressText(client);
    return sourceOf(client, client ?? peer.address, { peer: peer.text, forwarded });
  }

  /**
   * Who asks for itself: a client, or a trusted proxy that does not say for whom, since there is nobody else.
   * Undefined: the proxy says something of a client that cannot be read.
   */
  asker(req: IncomingMessage): Address | undefined {
    const { isProxy, address } = this.#peer(req.socket);
    const isForAnother = req.headersDistinct[this.#header] !== undefined;
    return isProxy && !isForAnother ? address : this.of(req).client;
  }

  /** Whether a trusted proxy has sent it: then what its headers say can be believed. */
  isProxied({ socket }: Pick<IncomingMessage, "socket">): boolean {
    return this.#peer(socket).isProxy;
  }

  /** How a connection counts: by its own address, since it may carry the requests of many. */
  ofConnection(
    socket: Socket,
    coversLoopback: boolean,
  ): { readonly key: string; readonly isExempt: boolean } {
    const { address, isProxy, source } = this.#peer(socket);
    const isOwn = address !== undefined && isLoopback(address);
    return { key: source.key, isExempt: isProxy || (isOwn && !coversLoopback) };
  }

  #peer(socket: Socket): Peer {
    const known = this.#peers.get(socket);
    if (known !== undefined) return known;
    const address = parsePeer(socket.remoteAddress ?? "");
    const text = address === undefined ? "unknown" : addressText(address);
    const peer = {
      address,
      text,
      isProxy: address !== undefined && isInAny(this.#proxies, address),
      source: sourceOf(address, address, { peer: text, forwarded: undefined }),
    };
    this.#peers.set(socket, peer);
    return peer;
  }

  /** Undefined for a list that is empty, too long, or has something else than an address where it matters. */
  #lastUntrusted(list: string): Address | undefined {
    const hops = list.split(",");
    if (hops.length > MOST_HOPS) return undefined;
    let address: Address | undefined;
    for (const hop of hops.reverse()) {
      address = parseHop(hop.replace(/^[ \t]+|[ \t]+$/g, ""));
      if (address === undefined || !isInAny(this.#proxies, address)) return address;
    }
    // Proxies all the way: the first of them is the client.
    return address;
  }
}

/** An address, which some proxies write with the port of the client behind it. */
function parseHop(text: string): Address | undefined {
  const bracketed = /^\[([^\]]*)\](?::[0-9]{1,5})?$/.exec(text)?.[1];
  if (bracketed !== undefined) return bracketed.includes(":") ? parseAddress(bracketed) : undefined;
  return parseAddress(/^([0-9.]+):[0-9]{1,5}$/.exec(text)?.[1] ?? text);
}

/** `counted`: the address that it counts as. */
function sourceOf(
  client: Address | undefined,
  counted: Address | undefined,
  origin: Origin,
): RequestSource {
  return { client, key: counted === undefined ? "" : sourceKey(counted), origin };
}

/** What a proxy says that is no address. */
function shown(list: string): string {
  const text = list === "" ? "none" : list.replaceAll(/[^\x20-\x7e]/g, "?");
  return `unreadable: ${text.slice(-SHOWN_CHARACTERS)}`;
}
