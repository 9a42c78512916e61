import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { type Command, CommanderError } from "commander";
import { nearest } from "../config/nearest-key.ts";
import type { Environment, RunContext } from "./define-command.ts";
import { CONFIGURATION, FINISHED, OUTSIDE } from "./exit.ts";
import { createServeProgram } from "./serve-program.ts";

/**
 * Runs one command line (without node and script) to its end.
 *
 * @returns the exit code of the process.
 */
export async function run(argv: readonly string[], env: Environment): Promise<number> {
  let exitCode: number = FINISHED;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const newLabel = (): string => randomBytes(8).toString("hex");
  const context = { env, finish, clock: Date.now, newLabel, randomOctets: randomBytes };
  const isServing = isToServe(argv);
  const program = isServing ? createServeProgram(context) : await wholeProgram(context);
  const outputFault = isServing ? () => Promise.resolve(undefined) : watchOutput();
  const mistyped = unknownCommand(program, argv[0]);
  if (mistyped !== undefined) {
    process.stderr.write(`dnsvouch: ${mistyped}\n`);
    return CONFIGURATION;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    // Commander has said on stderr what is wrong with the command line, or printed help or version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? FINISHED : CONFIGURATION;
    throw error;
  }
  const fault = await outputFault();
  if (fault === undefined) return exitCode;
  process.stderr.write(
    `dnsvouch: what was to be printed could not be written: ${fault}; it is not known what of it is there\n`,
  );
  return OUTSIDE;
}

/** Why standard output does not take what is printed; undefined for a reader that has gone, as head does. */
function watchOutput(): () => Promise<string | undefined> {
  let fault: string | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") fault ??= error.message;
  });
  return async () => {
    // Streams tell of it a turn later.
    await setImmediate();
    return fault;
  };
}

/** What asks for no other command, and for no help, which has them all. */
function isToServe(argv: readonly string[]): boolean {
  const [word = "serve"] = argv;
  const asksForHelp = argv.some((each) => ["-h", "--help", "-V", "--version"].includes(each));
  return (word === "serve" || word.startsWith("-")) && !asksForHelp;
}

async function wholeProgram(context: RunContext): Promise<Command> {
  const { createProgram } = await import("./program.ts");
  return createProgram(context);
}

/** Commander would take a mistyped command for an argument of the default one. */
function unknownCommand(program: Command, word: string | undefined): string | undefined {
  const names = ["help", ...program.commands.map((command) => command.name())];
  if (word === undefined || word.startsWith("-") || names.includes(word)) return undefined;
  return `unknown command ${word}; did you mean ${nearest(word, names)}? (see dnsvouch --help)`;
}
