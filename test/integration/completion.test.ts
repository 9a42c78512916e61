// What a shell completes, by the shell itself.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { childEnvironment } from "../lab/system-path.ts";
import { MAIN } from "../support/dnsvouch-process.ts";

/** What bash offers for the last of these words. */
function completed(...words: readonly string[]): string[] {
  const script = [
    'source <("$1" "$2" completion bash)',
    "shift 2",
    'COMP_WORDS=("$@")',
    "COMP_CWORD=$(($# - 1))",
    "_dnsvouch",
    `printf "%s\\n" "\${COMPREPLY[@]}"`,
  ].join("\n");
  const args = ["-c", script, "bash", process.execPath, MAIN, ...words];
  const options = { env: childEnvironment("/"), encoding: "utf8" } as const;
  return execFileSync("bash", args, options).trim().split("\n");
}

test.for([
  { words: ["dnsvouch", "del"], offers: ["delegates"] },
  { words: ["dnsvouch", "delegates", "l"], offers: ["list", "lock", "label"] },
  { words: ["dnsvouch", "keys", "rotate", "x", "--ov"], offers: ["--overlap"] },
  { words: ["dnsvouch", "records", "--fo"], offers: ["--format"] },
  { words: ["dnsvouch", "config", "show", "-c", "x.toml", "--or"], offers: ["--origin"] },
])("$words", ({ words, offers }) => {
  expect(completed(...words)).toEqual(offers);
});
