import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type AuditRow, ChainCheck, GENESIS, hashOfRow } from "../../src/audit/audit-chain.ts";

const ROW: AuditRow = {
  sequence: 7,
  timeMs: 1_700_000_000_000,
  action: "update",
  result: "accepted",
  delegateId: 5,
  credentialId: 6,
  peer: "192.0.2.1",
  forwarded: "2001:db8::1",
  detail: 'a "text"',
  previousHash: new Uint8Array(32).fill(1),
};
const hexOf = (row: AuditRow): string => Buffer.from(hashOfRow(row)).toString("hex");

test("a hash can be made again from what is stored, by anybody", () => {
  const text = `[7,1700000000000,"update","accepted",5,6,"192.0.2.1","2001:db8::1","a \\"text\\"","${"01".repeat(32)}"]`;
  expect(hexOf(ROW)).toBe(createHash("sha256").update(text).digest("hex"));
});

test.for<Partial<AuditRow>>([
  { sequence: 8 },
  { timeMs: 1_700_000_000_001 },
  { action: "register" },
  { result: "wrong_key" },
  { delegateId: 6 },
  { delegateId: null },
  { credentialId: 5 },
  { credentialId: null },
  { peer: "192.0.2.2" },
  { forwarded: null },
  { forwarded: "null" },
  { detail: null },
  { detail: "" },
  { previousHash: new Uint8Array(32).fill(2) },
  // What one field loses another one has.
  { peer: "192.0.2.1,2001:db8::1", forwarded: "" },
  { action: 'update","accepted', result: "" },
])("it depends on %o", (change) => {
  expect(hexOf({ ...ROW, ...change })).not.toBe(hexOf(ROW));
});

/** Rows that follow one another. */
function chainOf(length: number): AuditRow[] {
  let { hash: previousHash } = GENESIS;
  return Array.from({ length }, (_, i) => {
    const row = { ...ROW, sequence: i + 1, detail: `row ${i + 1}`, previousHash };
    previousHash = hashOfRow(row);
    return row;
  });
}

function problemIn(rows: readonly AuditRow[]): string | undefined {
  const check = new ChainCheck(GENESIS);
  for (const row of rows) {
    const problem = check.follow(row);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

test("a chain is whole, and any change to a row shows, also if the next one is made to fit", () => {
  expect(problemIn(chainOf(10))).toBeUndefined();
  for (let changed = 0; changed < 8; changed++) {
    const rows = chainOf(10);
    const forged = { ...(rows[changed] as AuditRow), detail: "forged" };
    rows[changed] = forged;
    expect(problemIn(rows)).toContain(`row ${changed + 1} or row ${changed + 2} was changed`);
    rows[changed + 1] = { ...(rows[changed + 1] as AuditRow), previousHash: hashOfRow(forged) };
    expect(problemIn(rows)).toContain(`row ${changed + 2} or row ${changed + 3} was changed`);
  }
});

test("a row that is missing, doubled or out of place shows", () => {
  const rows = chainOf(5);
  const [first, second, third, ...rest] = rows as [AuditRow, AuditRow, AuditRow, ...AuditRow[]];
  expect(problemIn([first, third, ...rest])).toBe("row 2 is missing: row 3 stands in its place");
  expect(problemIn([first, second, second, third])).toContain("row 3 is missing");
  expect(problemIn([second, first])).toContain("row 1 is missing");
});
