/** dns2, an implementation of others, reads what we write, over its own UDP and TCP clients. */
import { type DnsResolver, Packet, TCPClient, UDPClient } from "dns2";
import { expect, test } from "vitest";
import { BIG_TEXTS, DIGEST_A, DIGEST_B, exerciseZone } from "../support/exercise-zone.ts";
import { authorityOver, SERIAL, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));
const CLIENTS: readonly { readonly transport: string; readonly resolve: DnsResolver }[] = [
  { transport: "udp", resolve: UDPClient({ dns: "127.0.0.1", port, timeout: 5000 }) },
  { transport: "tcp", resolve: TCPClient({ dns: "127.0.0.1", port }) },
];

const CASES = [
  {
    question: { name: "twice.auth.example", type: "TXT" },
    answers: [
      { name: "twice.auth.example", ttl: 1, data: [DIGEST_A] },
      { name: "twice.auth.example", ttl: 1, data: [DIGEST_B] },
    ],
  },
  {
    question: { name: "auth.example", type: "A" },
    answers: [{ name: "auth.example", ttl: 3600, address: "192.0.2.10" }],
  },
  {
    question: { name: "auth.example", type: "AAAA" },
    answers: [{ name: "auth.example", address: "2001:db8::10" }],
  },
  {
    question: { name: "www.auth.example", type: "A" },
    answers: [
      { name: "www.auth.example", domain: "auth.example" },
      { name: "auth.example", address: "192.0.2.10" },
    ],
  },
  {
    question: { name: "auth.example", type: "SOA" },
    answers: [
      {
        primary: "ns1.auth.example",
        admin: "hostmaster.auth.example",
        serial: SERIAL,
        refresh: 3600,
        retry: 600,
        expiration: 604_800,
        minimum: 5,
      },
    ],
  },
  {
    question: { name: "auth.example", type: "MX" },
    answers: [{ priority: 10, exchange: "mail.auth.example" }],
  },
  {
    question: { name: "_sip._tcp.auth.example", type: "SRV" },
    answers: [{ priority: 0, weight: 5, port: 5060, target: "mail.auth.example" }],
  },
  {
    question: { name: "auth.example", type: "CAA" },
    answers: [{ flags: 0, tag: "issue", value: "letsencrypt.org" }],
  },
  {
    question: { name: "big.auth.example", type: "TXT" },
    answers: BIG_TEXTS.map((text) => ({ data: [text] })),
  },
];

test.for(CLIENTS.flatMap((client) => CASES.map((each) => ({ ...client, ...each }))))(
  "$question.name $question.type over $transport",
  async ({ resolve, question, answers }) => {
    const packet = await resolve(question.name, question.type);
    expect(packet.errors).toEqual([]);
    expect(packet.header).toMatchObject({ qr: 1, aa: 1, tc: 0, ra: 0, rcode: 0 });
    expect(packet.answers).toMatchObject(answers);
    expect(packet.answers).toHaveLength(answers.length);
  },
);

test.for(CLIENTS)("a negative response carries the SOA, over $transport", async ({ resolve }) => {
  const packet = await resolve("once.auth.example", "CAA");
  expect(packet.header).toMatchObject({ rcode: Packet.RCODE.NOERROR, ancount: 0, nscount: 1 });
  expect(packet.authorities).toMatchObject([{ name: "auth.example", ttl: 5, minimum: 5 }]);
});
