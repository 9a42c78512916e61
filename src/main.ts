#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";

// The process entry. Nothing may be imported before the version is known to do: an older Node
// fails on the rest with errors that say nothing about the reason.
const OLDEST = { major: 24, minor: 12 };
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
  process.stderr.write(
    `dnsvouch: this is Node ${process.versions.node} (${process.execPath}); it needs ${OLDEST.major}.${OLDEST.minor} or newer: install that, or put it first in PATH\n`,
  );
  process.exit(1);
}

// What keeps the process small (docs/adr/0016): new objects need no more than the first megabyte, the
// threads share one copy of V8's builtins, and one optimizing compiler is enough. Flags cost 50 ms, since
// Node's own code was compiled without them: other commands are over by then.
if (process.argv.includes("serve")) {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--no-short-builtin-calls");
  setFlagsFromString("--no-maglev");
}
// Database, logs and whatever else is created are for this user alone.
process.umask(0o077);
const { run } = await import("./cli/run.ts");
process.exit(await run(process.argv.slice(2), process.env));
