import { expect, test } from "vitest";
import { exchange } from "../support/dns-exchange.ts";
import { authorityOver, serveDns, zoneUnderTest } from "../support/zone-under-test.ts";

const served = zoneUnderTest({ apex: "auth.example.", records: [], serial: 4_294_967_295 });
const port = await serveDns(authorityOver(served));

test("section 3.2: the serial rises with an update, over its largest value too", async () => {
  const serial = async (): Promise<string | undefined> => {
    const { answer } = await exchange(port, "udp", "auth.example. SOA");
    return answer[0]?.split(" ")[6];
  };
  expect(await serial()).toBe("4294967295");
  served.publisher.publish({ subdomain: "d", digests: [], sequence: 1 }, 0);
  expect(await serial()).toBe("0");
  // What was overtaken does not take it back.
  served.publisher.publish({ subdomain: "e", digests: [], sequence: 1 }, 4_294_967_295);
  expect(await serial()).toBe("0");
});
