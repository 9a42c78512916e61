import { Command, CommanderError } from "commander";
import { nearest } from "../config/nearest-key.ts";
import { addDataCommands } from "./data-commands.ts";
import { serveCommand } from "./serve-command.ts";
import { version } from "./version.ts";

/** Exit codes of every command; `serve` itself ends with 0, 1 or 3. */
export const ExitCode = { OK: 0, FAILED: 1, USAGE: 3 } as const;

type Environment = Readonly<Record<string, string | undefined>>;

const EXAMPLES = `
Examples:
  dnsvouch                                  answer for auth.example.org on loopback, to try it
  dnsvouch serve -c /etc/dnsvouch/config.toml
  dnsvouch token create --label "web servers" -c /etc/dnsvouch/config.toml
  dnsvouch import acme-dns --db /var/lib/acme-dns/acme-dns.db -c /etc/dnsvouch/config.toml
`;

/**
 * Runs one command line (without node and script) to its end.
 *
 * @returns the exit code of the process.
 */
export async function run(argv: readonly string[], env: Environment): Promise<number> {
  let exitCode: number = ExitCode.OK;
  const program = new Command("dnsvouch")
    .description("Authoritative DNS server and acme-dns API for ACME DNS-01 challenge delegation.")
    .version(`dnsvouch ${version()}`, "-V, --version", "print the version")
    .addHelpText("after", EXAMPLES)
    .showSuggestionAfterError(true)
    .exitOverride();
  program
    .command("serve", { isDefault: true })
    .description("answer DNS and the HTTP API until SIGTERM or SIGINT")
    .option("-c, --config <file>", "configuration file (TOML; an acme-dns config.cfg will do)")
    .action(async (options: { config?: string }) => {
      exitCode = await serveCommand(options.config, env);
    });
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  addDataCommands(program, env, setExitCode);
  program
    .command("version")
    .description("print the version")
    .action(() => {
      process.stdout.write(`dnsvouch ${version()}\n`);
    });
  const mistyped = unknownCommand(program, argv[0]);
  if (mistyped !== undefined) {
    process.stderr.write(`dnsvouch: ${mistyped}\n`);
    return ExitCode.USAGE;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    // Commander has said on stderr what is wrong with the command line, or printed help or version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
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
