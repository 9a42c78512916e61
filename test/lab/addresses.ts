// Who is where in the lab. Everybody has an address, and every name server and resolver is on one unprivileged
// port, because BIND asks all the servers of the world on the port it listens on itself: that lets it follow
// real delegations from a root of our own without being root.
//
// Two files of tests run at a time, each in a lab of its own: another block of addresses, and another port.

/** From 1, by the test runner. */
const lab = Number(process.env["VITEST_POOL_ID"] ?? 1);
const block = `127.${52 + lab}.0`;

export const dnsPort: number = 10_052 + lab;

/** Who has an address. */
export type Inhabitant =
  | "nsd"
  | "dnsvouch"
  | "unbound"
  | "bind"
  | "pebble"
  | "twin"
  | "nsd2"
  | "lame"
  | "udpOnly"
  | "unbound2"
  | "late"
  | "tls"
  | "postgres"
  | "nobody";

export const address: Readonly<Record<Inhabitant, string>> = {
  nsd: `${block}.1`,
  dnsvouch: `${block}.2`,
  unbound: `${block}.3`,
  // BIND listens on addresses that an interface names, and the loopback interface names this one alone.
  bind: "127.0.0.1",
  pebble: `${block}.4`,
  /** NSD with the zone of dnsvouch. */
  twin: `${block}.5`,
  /** A second name server of customers, with other versions of some zones. */
  nsd2: `${block}.6`,
  /** A name server that serves none of the zones that are delegated to it. */
  lame: `${block}.7`,
  /** A name server without TCP. */
  udpOnly: `${block}.8`,
  /** A second resolver, which validates nothing and keeps what it has. */
  unbound2: `${block}.9`,
  /** A name server whose zone changes while it is tested. */
  late: `${block}.12`,
  /** A host with a certificate. */
  tls: `${block}.11`,
  /** PostgreSQL. */
  postgres: `${block}.13`,
  /** Nobody is here. */
  nobody: `${block}.10`,
};

/** The zone that dnsvouch serves: RFC 6761 section 6.2 keeps `test.` off the Internet. */
export const delegateZone = "auth.dnsvouch.test";

/** The zone of the operator's customers, which holds their CNAME records. */
export const customerZone = "customer.test";

/** The zone of its instant names, where a test has any. */
export const instantZone = "instant.test";
