import type { Inquiry } from "../check/inquiry.ts";
import { type AnyRecord, isSettled, type ServerAddress } from "../check/message.ts";
import { challengeName, isAtOrBelow } from "../check/name-text.ts";
import { addressesIn, nameserversIn } from "../check/record-data.ts";
import { specialRange } from "../check/special-address.ts";
import { type Finding, fail, pass, warn } from "./finding.ts";

/** What the server says of the apex of one of its zones. */
export async function testApex(
  inquiry: Inquiry,
  server: ServerAddress,
  apex: string,
): Promise<Finding[]> {
  const ask = async (name: string, qtype: "A" | "AAAA" | "CAA" | "NS" | "TXT") => {
    const reply = await inquiry.askAuthority(server, { name, qtype });
    return isSettled(reply) ? reply.answer : [];
  };
  const names = nameserversIn(await ask(apex, "NS"), apex);
  const inside = names.filter((name) => isAtOrBelow(name, apex));
  const addresses = new Map<string, string[]>();
  for (const name of inside) {
    addresses.set(name, addressesIn([...(await ask(name, "A")), ...(await ask(name, "AAAA"))]));
  }
  const caa = (await ask(apex, "CAA")).length;
  const challenge = await ask(challengeName(apex), "TXT");
  return [judgeNameservers(apex, names, addresses, caa), judgeChallenge(apex, challenge)];
}

function judgeNameservers(
  apex: string,
  names: readonly string[],
  addresses: ReadonlyMap<string, readonly string[]>,
  caa: number,
): Finding {
  const id = `apex ${apex}`;
  if (names.length === 0) {
    return fail(
      id,
      "the server says no NS records of it",
      "set general.nsname, or an NS record in general.records, and see whether the server runs with this configuration",
    );
  }
  const bare = [...addresses].filter(([, known]) => known.length === 0).map(([name]) => name);
  if (bare.length > 0) {
    const fix = `set general.public_ip, or A and AAAA records of ${bare.join(", ")} in general.records`;
    return fail(id, `no address of ${bare.join(", ")}`, fix);
  }
  const special = [...addresses.values()].flat().filter((each) => specialRange(each) !== undefined);
  if (special.length > 0) {
    const named = special.map((each) => `${each} (${specialRange(each)})`).join(", ");
    const fix =
      "set general.public_ip to the address that everybody reaches this server at; in a network of your own leave it";
    return warn(id, `its name servers are at ${named}`, fix);
  }
  return pass(id, `SOA, NS ${names.join(", ")}, ${caa === 0 ? "no CAA" : "CAA"}`);
}

/** Whoever has a record there gets certificates for the apex. */
function judgeChallenge(apex: string, records: readonly AnyRecord[]): Finding {
  const id = `challenge ${apex}`;
  const name = challengeName(apex);
  if (records.length === 0) return pass(id, `${name} is free`);
  const fix = `remove ${name} from general.records, unless you put it there for a certificate of ${apex}`;
  return warn(id, `${name} has a record`, fix);
}
