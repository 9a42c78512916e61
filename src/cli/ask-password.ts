import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { CommandError, FAULT } from "./exit.ts";

const LEFT = "no password was given, and nothing was changed";

/** Asks twice at a terminal, without showing what is typed; else it is the first line of standard input. Rejects with CommandError. */
export async function askPassword(user: string): Promise<string> {
  if (process.stdin.isTTY !== true) return firstLine();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // With a terminal it reads key by key itself, and echoes to `output`.
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    const password = await hidden(reader, `New password of ${user}: `);
    if ((await hidden(reader, "Once more: ")) === password) return password;
    throw new CommandError(FAULT, "these were two passwords, and nothing was changed: try again");
  } finally {
    reader.close();
  }
}

/** Rejects with CommandError if it is ended instead, by Ctrl-C or Ctrl-D. */
function hidden(reader: Interface, question: string): Promise<string> {
  process.stderr.write(question);
  return new Promise((done, fail) => {
    const left = (): void => {
      process.stderr.write("\n");
      fail(new CommandError(FAULT, LEFT));
    };
    reader.once("close", left);
    reader.question("", (answer) => {
      reader.off("close", left);
      process.stderr.write("\n");
      done(answer);
    });
  });
}

async function firstLine(): Promise<string> {
  const reader = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of reader) return line;
  } finally {
    reader.close();
    // Whoever writes there may not have finished, and is not waited for.
    process.stdin.destroy();
  }
  throw new CommandError(FAULT, LEFT);
}
