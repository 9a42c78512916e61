import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

export interface Options {
  /** Over UDP. */
  readonly messages: number;
  /** Over TCP. */
  readonly streams: number;
  readonly seed: number;
  /** How the server reads UDP. */
  readonly io: "dgram" | "batch";
}

const USUAL_MESSAGES = 1_000_000;
const USUAL_STREAMS = 10_000;

/** Throws an Error that names the option at fault. */
export function readOptions(args: readonly string[]): Options {
  const text = { type: "string" } as const;
  const options = { messages: text, streams: text, seed: text, io: text };
  const { values } = parseArgs({ args: [...args], options });
  return {
    messages: wholeNumber("--messages", values.messages ?? String(USUAL_MESSAGES)),
    streams: wholeNumber("--streams", values.streams ?? String(USUAL_STREAMS)),
    seed: wholeNumber("--seed", values.seed ?? String(randomInt(10 ** 9))),
    io: wayOf(values.io ?? (process.platform === "linux" ? "batch" : "dgram")),
  };
}

function wayOf(io: string): "dgram" | "batch" {
  if (io === "dgram" || io === "batch") return io;
  throw new Error(`--io ${io}: neither dgram nor batch`);
}

function wholeNumber(option: string, text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new Error(`${option} ${text}: not a whole number`);
  return Number(text);
}
