import { expect, test } from "vitest";
import { exchange, TRANSPORTS } from "../support/dns-exchange.ts";
import { DIGEST_A, DIGEST_B } from "../support/exercise-zone.ts";
import { authorityOver, serveDns, zoneUnderTest } from "../support/zone-under-test.ts";

const NAME = "d.auth.example.";
const served = zoneUnderTest({ apex: "auth.example.", records: [], delegates: { d: [] } });
const port = await serveDns(authorityOver(served));
let sequence = 0;

function publish(digests: readonly string[]): void {
  sequence += 1;
  served.publisher.publish({ subdomain: "d", digests, sequence });
}

test.for(TRANSPORTS)(
  "section 8.4: the first answer after an update shows it (%s)",
  async (transport) => {
    const values = async (): Promise<readonly string[]> => {
      const { rcode, answer } = await exchange(port, transport, `${NAME} TXT`);
      expect(rcode).toBe("NOERROR");
      return answer;
    };
    publish([DIGEST_A]);
    expect(await values()).toEqual([`${NAME} 1 IN TXT "${DIGEST_A}"`]);
    publish([DIGEST_B, DIGEST_A]);
    expect(await values()).toEqual([
      `${NAME} 1 IN TXT "${DIGEST_B}"`,
      `${NAME} 1 IN TXT "${DIGEST_A}"`,
    ]);
    publish([]);
    expect(await values()).toEqual([]);
  },
);

test("section 8.4: each value is one record of one character-string, with a short TTL", async () => {
  publish([DIGEST_A, DIGEST_B]);
  const { answer } = await exchange(port, "udp", `${NAME} TXT`);
  expect(answer).toHaveLength(2);
  for (const line of answer) expect(line).toMatch(/^d\.auth\.example\. 1 IN TXT "[\w-]{43}"$/);
});
