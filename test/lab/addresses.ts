// Who is where in the lab. Everybody has an address, and every name server and resolver is on one unprivileged
// port, because BIND asks all the servers of the world on the port it listens on itself: that lets it follow
// real delegations from a root of our own without being root.

export const dnsPort = 10053;

export const address = {
  nsd: "127.53.0.1",
  dnsvouch: "127.53.0.2",
  unbound: "127.53.0.3",
  // BIND listens on addresses that an interface names, and the loopback interface names this one alone.
  bind: "127.0.0.1",
  pebble: "127.53.0.4",
  /** NSD with the zone of dnsvouch. */
  twin: "127.53.0.5",
  /** A second name server of customers, with other versions of some zones. */
  nsd2: "127.53.0.6",
  /** A name server that serves none of the zones that are delegated to it. */
  lame: "127.53.0.7",
  /** A name server without TCP. */
  udpOnly: "127.53.0.8",
  /** A second resolver, which validates nothing and keeps what it has. */
  unbound2: "127.53.0.9",
  /** A name server whose zone changes while it is tested. */
  late: "127.53.0.12",
  /** A host with a certificate. */
  tls: "127.53.0.11",
  /** Nobody is here. */
  nobody: "127.53.0.10",
} as const;

/** The zone that dnsvouch serves: RFC 6761 section 6.2 keeps `test.` off the Internet. */
export const delegateZone = "auth.dnsvouch.test";

/** The zone of the operator's customers, which holds their CNAME records. */
export const customerZone = "customer.test";

/** The zone of its instant names, where a test has any. */
export const instantZone = "instant.test";
