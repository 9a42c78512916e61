import { Command } from "commander";
import { version } from "../version.ts";
import { action, defineCommand, type RunContext, withExamples } from "./define-command.ts";
import type { ServeOptions } from "./serve-command.ts";

/** The command line with `serve` alone: a start that loads all the others takes a tenth longer. */
export function createServeProgram(context: RunContext): Command {
  const program = new Command("dnsvouch")
    .description("Authoritative DNS server and acme-dns API for ACME DNS-01 challenge delegation.")
    .version(`dnsvouch ${version()}`, "-V, --version", "print the version")
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .exitOverride();
  withExamples(program, [
    "dnsvouch                                  answer for auth.example.org on loopback, to try it",
    "dnsvouch serve -c /etc/dnsvouch/config.toml",
    "dnsvouch records -c /etc/dnsvouch/config.toml",
    "dnsvouch register www.example.com -c /etc/dnsvouch/config.toml",
  ]);
  addServeCommand(program, context);
  return program;
}

function addServeCommand(program: Command, context: RunContext): void {
  defineCommand(program, {
    name: "serve",
    description: "answer DNS and the HTTP API until SIGTERM or SIGINT; the default command",
    examples: [
      "dnsvouch serve -c /etc/dnsvouch/config.toml",
      "dnsvouch serve --domain auth.example.org --listen 198.51.100.7:53 --http 127.0.0.1:8080",
    ],
    isDefault: true,
  })
    .option("--domain <zone...>", "the zone to answer for, or several (general.domain)")
    .option("--listen <address...>", "addresses for DNS, such as 127.0.0.1:5300 (general.listen)")
    .option("--http <address>", "the address of the API, such as 127.0.0.1:8080")
    .option("--dry-run", "say what would be served, change nothing, and end")
    .action(
      action(context, async (options: ServeOptions) => {
        if (options.dryRun === true) {
          const { dryRun } = await import("./dry-run.ts");
          return dryRun(options, context.env);
        }
        const { serveCommand } = await import("./serve-command.ts");
        return serveCommand(options, context.env);
      }),
    );
}

/** What Commander says, as one line that begins as all of ours do. */
function oneLine(text: string): string {
  return `dnsvouch: ${text
    .replace(/^error: /, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")}\n`;
}
