import { type Command, CommanderError } from "commander";
import { nearest } from "../config/nearest-key.ts";
import type { Environment } from "./define-command.ts";
import { CONFIGURATION, FINISHED } from "./exit.ts";
import { createProgram } from "./program.ts";

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
  const program = createProgram({ env, finish, clock: Date.now });
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

/** Commander would take a mistyped command for an argument of the default one. */
function unknownCommand(program: Command, word: string | undefined): string | undefined {
  const names = ["help", ...program.commands.map((command) => command.name())];
  if (word === undefined || word.startsWith("-") || names.includes(word)) return undefined;
  return `unknown command ${word}; did you mean ${nearest(word, names)}? (see dnsvouch --help)`;
}
