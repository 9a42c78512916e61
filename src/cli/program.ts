import type { Command } from "commander";
import { addBackupCommands } from "./backup-commands.ts";
import { addCheckCommands } from "./check-commands.ts";
import { addDataCommands } from "./data-commands.ts";
import type { RunContext } from "./define-command.ts";
import { addDelegateCommands } from "./delegate-commands.ts";
import { createServeProgram } from "./serve-program.ts";
import { addSetupCommands } from "./setup-commands.ts";

/** The whole command line: what is run, and what help, completion and the reference are made of. */
export function createProgram(context: RunContext): Command {
  const program = createServeProgram(context);
  addSetupCommands(program, context);
  addCheckCommands(program, context);
  addDelegateCommands(program, context);
  addDataCommands(program, context);
  addBackupCommands(program, context);
  return program;
}
