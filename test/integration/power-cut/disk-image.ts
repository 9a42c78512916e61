import assert from "node:assert/strict";

type Change =
  | { readonly kind: "write"; readonly offset: number; readonly octets: Buffer }
  | { readonly kind: "cut"; readonly length: number };

/** One step of what recorder.c has written down. */
export type Step =
  | { readonly kind: "change"; readonly inode: string; readonly change: Change }
  | { readonly kind: "sync"; readonly inode: string }
  | { readonly kind: "open"; readonly inode: string; readonly name: string }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "unlink"; readonly name: string };

/** Steps in their order, each with where its record ends. */
export function* stepsOf(record: Buffer): Generator<{ readonly step: Step; readonly end: number }> {
  let at = 0;
  while (at < record.length) {
    const newline = record.indexOf(0x0a, at);
    // A process that is killed has written whole records, so that nothing is left over.
    assert(newline > 0, "a record without an end");
    const [kind, ...numbers] = record.toString("latin1", at, newline).split(" ");
    const [first = "", second = "0", third = "0"] = numbers;
    const body = (start: number, length: number): Buffer => {
      at = newline + 1 + start + length;
      return record.subarray(newline + 1 + start, at);
    };
    at = newline + 1;
    yield { step: stepOf(String(kind), [first, second, third], body), end: at };
  }
}

function stepOf(
  kind: string,
  [first, second, third]: readonly [string, string, string],
  body: (start: number, length: number) => Buffer,
): Step {
  switch (kind) {
    case "W": {
      const change = {
        kind: "write",
        offset: Number(second),
        octets: body(0, Number(third)),
      } as const;
      return { kind: "change", inode: first, change };
    }
    case "T":
      return { kind: "change", inode: first, change: { kind: "cut", length: Number(second) } };
    case "S":
      return { kind: "sync", inode: first };
    case "O":
      return { kind: "open", inode: first, name: body(0, Number(second)).toString() };
    case "R": {
      const from = body(0, Number(first)).toString();
      return { kind: "rename", from, to: body(Number(first), Number(second)).toString() };
    }
    case "U":
      return { kind: "unlink", name: body(0, Number(first)).toString() };
    default:
      assert.fail(`an unknown record: ${kind}`);
  }
}

interface File {
  readonly inode: string;
  durable: Buffer;
  /** Not synced yet, in their order. */
  pending: Change[];
}

/** What a power cut leaves of changes that were not synced. */
export interface Survival {
  /** Whether this part of a change has reached the disk: asked for each 512 octets. */
  readonly ofSector: () => boolean;
  /** Whether names that were not synced have. */
  readonly ofNames: () => boolean;
}

/** The strictest disk: nothing that was not asked to be synced is on it. */
export const NOTHING_SURVIVES: Survival = { ofSector: () => false, ofNames: () => false };

const SECTOR_OCTETS = 512;

/** A directory as a disk has it: what is synced, and what is on its way. */
export class DiskImage {
  readonly #byInode = new Map<string, File>();
  #directory = "";
  #names = new Map<string, File>();
  #durableNames = new Map<string, File>();

  apply(step: Step): void {
    switch (step.kind) {
      case "change":
        this.#byInode.get(step.inode)?.pending.push(step.change);
        return;
      case "sync":
        this.#sync(step.inode);
        return;
      case "open":
        this.#open(step.inode, step.name);
        return;
      case "rename": {
        const file = this.#names.get(step.from);
        assert(file, `${step.from} was never opened`);
        this.#names.delete(step.from);
        this.#names.set(step.to, file);
        return;
      }
      case "unlink":
        this.#names.delete(step.name);
    }
  }

  /** What is there after a power cut now: octets by name. */
  afterPowerCut({ ofSector, ofNames }: Survival): Map<string, Buffer> {
    const names = ofNames() ? this.#names : this.#durableNames;
    return new Map(
      [...names].map(([name, { durable, pending }]) => {
        let octets: Buffer = Buffer.from(durable);
        for (const change of pending) octets = applied(octets, surviving(change, ofSector));
        return [name, octets] as const;
      }),
    );
  }

  #sync(inode: string): void {
    if (inode === this.#directory) {
      this.#durableNames = new Map(this.#names);
      return;
    }
    const file = this.#byInode.get(inode);
    if (file === undefined) return;
    for (const change of file.pending) file.durable = applied(file.durable, [change]);
    file.pending = [];
  }

  #open(inode: string, name: string): void {
    if (name === "") this.#directory = inode;
    else if (this.#names.get(name)?.inode !== inode) {
      const file = { inode, durable: Buffer.alloc(0), pending: [] };
      this.#names.set(name, file);
      this.#byInode.set(inode, file);
    }
  }
}

function surviving(change: Change, ofSector: () => boolean): Change[] {
  if (change.kind === "cut") return ofSector() ? [change] : [];
  const { offset, octets } = change;
  const parts: Change[] = [];
  for (let at = 0; at < octets.length; at += SECTOR_OCTETS) {
    const part = octets.subarray(at, at + SECTOR_OCTETS);
    if (ofSector()) parts.push({ kind: "write", offset: offset + at, octets: part });
  }
  return parts;
}

/** May change `octets` themselves. */
function applied(octets: Buffer, changes: readonly Change[]): Buffer {
  let content = octets;
  for (const change of changes) {
    if (change.kind === "cut") {
      const kept = content.subarray(0, change.length);
      content = Buffer.concat([kept, Buffer.alloc(change.length - kept.length)]);
      continue;
    }
    const end = change.offset + change.octets.length;
    if (end > content.length) {
      content = Buffer.concat([content, Buffer.alloc(end - content.length)]);
    }
    change.octets.copy(content, change.offset);
  }
  return content;
}
