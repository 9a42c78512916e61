import { describe, expect, test } from "vitest";
import { Inquiry } from "../../src/check/inquiry.ts";
import type { Reply } from "../../src/check/message.ts";
import { testAnswers } from "../../src/doctor/self-test.ts";
import { type Asked, answersOf, scriptedExchange } from "../support/name-space.ts";

const APEX = "auth.example";
const addresses = [
  { address: "127.0.0.1", port: 53 },
  { address: "192.0.2.1", port: 53 },
];

/** What a sound server answers. */
function sound(asked: Asked): Reply {
  if (!asked.name.toLowerCase().endsWith(APEX)) {
    return { rcode: 5, isAuthoritative: false, isAuthentic: false, answer: [], authority: [] };
  }
  const reply = answersOf([`${APEX} 60 SOA`])({ ...asked, name: asked.name.toLowerCase() });
  return { ...reply, udpPayloadSize: 1232, keepsCase: true };
}

async function tested(answer: (asked: Asked) => Reply, more: { tcp?: boolean } = {}) {
  const { exchange } = scriptedExchange(answer);
  const findings = await testAnswers(new Inquiry(exchange, () => 0), {
    addresses,
    udp: true,
    tcp: true,
    apex: APEX,
    unusedLabel: "unused",
    ednsOctets: 1232,
    ...more,
  });
  return Object.fromEntries(findings.map((finding) => [finding.id, finding]));
}

const isAt = (asked: Asked): boolean => asked.server.address === "192.0.2.1";

test("a sound server", async () => {
  const findings = await tested(sound);
  expect(Object.values(findings).map(({ id, status }) => `${id} ${status}`)).toEqual([
    "dns-udp PASS",
    "dns-tcp PASS",
    "edns PASS",
    "negatives PASS",
    "case PASS",
  ]);
});

describe("what is wrong at one address, or with one kind of answer", () => {
  test.for<{ what: string; id: string; says: string; answer: (asked: Asked) => Reply }>([
    {
      what: "silence at one address over TCP",
      id: "dns-tcp",
      says: "192.0.2.1 port 53: no answer",
      answer: (asked) =>
        isAt(asked) && asked.transport === "tcp" ? { failure: "silent" } : sound(asked),
    },
    {
      what: "an answer without authority",
      id: "dns-udp",
      says: "without authority",
      answer: (asked) => (isAt(asked) ? { ...sound(asked), isAuthoritative: false } : sound(asked)),
    },
    {
      what: "another server at one address",
      id: "edns",
      says: "192.0.2.1 port 53: UDP payloads of 4096 octets",
      answer: (asked) => (isAt(asked) ? { ...sound(asked), udpPayloadSize: 4096 } : sound(asked)),
    },
    {
      what: "EDNS taken away on the way",
      id: "edns",
      says: "127.0.0.1 port 53: no EDNS",
      answer: (asked) => ({ ...sound(asked), udpPayloadSize: undefined }),
    },
    {
      what: "NXDOMAIN without SOA",
      id: "negatives",
      says: `NXDOMAIN expected for unused.${APEX}`,
      answer: (asked) =>
        asked.name.startsWith("unused.a") ? { ...sound(asked), authority: [] } : sound(asked),
    },
    {
      what: "answers outside the zones",
      id: "negatives",
      says: "REFUSED expected outside the zones",
      answer: (asked) =>
        asked.name.endsWith("invalid") ? { ...sound(asked), rcode: 3 } : sound(asked),
    },
    {
      what: "questions in lower case",
      id: "case",
      says: "NOERROR",
      answer: (asked) => ({ ...sound(asked), keepsCase: false }),
    },
  ])("$what: $id", async ({ id, says, answer }) => {
    const finding = (await tested(answer))[id];
    expect(finding).toMatchObject({ status: "FAIL" });
    expect(finding?.found).toContain(says);
    expect(finding?.fix).toBeTruthy();
  });
});

test("a server that does not answer leaves nothing to say of its answers", async () => {
  const findings = await tested(() => ({ failure: "refused" }));
  expect(findings["dns-udp"]).toMatchObject({ status: "FAIL" });
  for (const id of ["edns", "negatives", "case"]) expect(findings[id]?.status).toBe("SKIP");
});

test("a transport that the configuration leaves out", async () => {
  const findings = await tested(sound, { tcp: false });
  expect(findings["dns-tcp"]).toMatchObject({
    status: "WARN",
    found: "general.protocol leaves out tcp",
  });
});
