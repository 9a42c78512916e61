// What resolvers with the strictest habits make of a delegate, before and after its first value.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, customerZone } from "../lab/addresses.ts";
import { startBind } from "../lab/bind.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import { type DigAnswer, dig, txtValues } from "../lab/dig.ts";
import { type Delegate, register, startDnsvouch, update } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { startNsd } from "../lab/nsd.ts";
import { startUnbound } from "../lab/unbound.ts";
import { until } from "../lab/until.ts";

const resolvers = [
  { name: "unbound", server: address.unbound },
  { name: "BIND", server: address.bind },
] as const;

/** Each case has a delegate of its own for each resolver, so that no cache knows its name. */
const cases = ["early", "late", "pair", "caa"] as const;
type Case = (typeof cases)[number];

const negativeTtlSeconds = 5;
const challengeTtlSeconds = 1;
/** For the queries themselves, on a busy machine. */
const marginSeconds = 2;

const domainOf = (resolver: string, use: Case) =>
  `${use}.${resolver}.${customerZone}`.toLowerCase();

describe.for(resolvers)("through $name", ({ name, server }) => {
  const lab = new Lab();
  const delegates = new Map<Case, Delegate>();

  beforeAll(async () => {
    await lab.keep(startDnsvouch(lab.newFolder("dnsvouch")));
    for (const use of cases) delegates.set(use, await register());
    const aliases = [...delegates].map(([use, { fulldomain }]) => ({
      domain: domainOf(name, use),
      fulldomain,
    }));
    await lab.keep(startNsd(lab.newFolder("nsd"), aliases));
    await lab.keep(
      name === "BIND" ? startBind(lab.newFolder("bind")) : startUnbound(lab.newFolder("unbound")),
    );
  });
  afterAll(() => lab.close());

  function customer(use: Case) {
    const delegate = delegates.get(use);
    if (delegate === undefined) throw new Error("no delegate");
    return { delegate, challenge: `_acme-challenge.${domainOf(name, use)}` };
  }

  /** What lego, Traefik and minimising resolvers ask at the delegate's name itself before any TXT. */
  async function askAround({ fulldomain }: Delegate): Promise<DigAnswer[]> {
    const answers: DigAnswer[] = [];
    for (const type of ["CNAME", "SOA", "A", "AAAA"]) {
      answers.push(await dig(server, fulldomain, type));
    }
    return answers;
  }

  test("F44 a value is found at once after questions for other types", async () => {
    const { delegate, challenge } = customer("early");
    for (const answer of await askAround(delegate)) {
      expect(answer).toMatchObject({ status: "NOERROR", answer: [] });
    }
    const value = challengeValue(`${name} early`);
    await update(delegate, value);
    const answer = await dig(server, challenge, "TXT");
    expect(answer.status).toBe("NOERROR");
    expect(txtValues(answer)).toEqual([value]);
  });

  test("F44 a value is found within the negative TTL after a question that came too early", async () => {
    const { delegate, challenge } = customer("late");
    await askAround(delegate);
    const early = await dig(server, challenge, "TXT");
    expect(early.status).toBe("NOERROR");
    expect(txtValues(early)).toEqual([]);

    const value = challengeValue(`${name} late`);
    await update(delegate, value);
    const answers = await until(
      () => dig(server, challenge, "TXT"),
      (answer) => txtValues(answer).includes(value),
      negativeTtlSeconds + marginSeconds,
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(["NOERROR"]));
  });

  test("the values of an apex and its wildcard are found together", async () => {
    const { delegate, challenge } = customer("pair");
    const values = [challengeValue(`${name} apex`), challengeValue(`${name} wildcard`)].sort();
    for (const value of values) {
      await update(delegate, value);
      await dig(server, challenge, "TXT");
    }
    await until(
      () => dig(server, challenge, "TXT"),
      (answer) => JSON.stringify(txtValues(answer)) === JSON.stringify(values),
      challengeTtlSeconds + marginSeconds,
    );
  });

  // RFC 8659 section 3: any other status than NOERROR or NXDOMAIN would stop an authority from issuing.
  test("a question for CAA finds nothing, without an error", async () => {
    const { delegate, challenge } = customer("caa");
    for (const owner of [delegate.fulldomain, challenge]) {
      const answer = await dig(server, owner, "CAA");
      expect(answer.status).toBe("NOERROR");
      expect(answer.answer.filter((record) => record.includes(" CAA "))).toEqual([]);
    }
  });
});
