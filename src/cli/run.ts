import { randomBytes } from "node:crypto";
import { type Command, CommanderError } from "commander";
import { nearest } from "../config/nearest-key.ts";
import type { Environment, RunContext } from "./define-command.ts";
import { CONFIGURATION, FINISHED } from "./exit.ts";
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
  const context = { env, finish, clock: Date.now, newLabel };
  const program = isToServe(argv) ? createServeProgram(context) : await wholeProgram(context);
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
  return exitCode;
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
