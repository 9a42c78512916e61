import type { Command } from "commander";
import type { CheckOptions } from "./check-command.ts";
import { action, defineCommand, type RunContext } from "./define-command.ts";
import type { DoctorOptions } from "./doctor-command.ts";
import { portNumber, timeSpan } from "./option-values.ts";

/** The commands that tell what is wrong. */
export function addCheckCommands(program: Command, context: RunContext): void {
  addCheckCommand(program, context);
  addDoctorCommand(program, context);
}

function addCheckCommand(program: Command, context: RunContext): void {
  defineCommand(program, {
    name: "check",
    description: "whether a certificate can be issued for a domain, and what to do if not",
    examples: [
      "dnsvouch check www.example.com",
      "dnsvouch check '*.example.com' --account-uri https://acme-v02.api.letsencrypt.org/acme/acct/123 --explain",
      "dnsvouch check www.example.com --watch --timeout 30m",
    ],
  })
    .argument("[domain...]", "the names that certificates are for; *.NAME is NAME --wildcard")
    .option(
      "--delegate <name>",
      "where the CNAME must lead, also at another server; any delegate here if not given",
    )
    .option("--wildcard", "the certificate is for *.DOMAIN")
    .option("--ca <name>", "the authority, as CAA records name it", "letsencrypt.org")
    .option("--account-uri <uri>", "your ACME account, as CAA records name it (RFC 8657)")
    .option("--method <name>", "the validation method, as CAA records name it", "dns-01")
    .option(
      "--resolver <address...>",
      "ask these resolvers alone, such as 192.0.2.53:53; private addresses, too",
    )
    .option("--auth-port <port>", "where the name servers of the domain are asked", portNumber, 53)
    .option("--explain", "show every step, the climb for CAA, and commands that show the same")
    .option("--watch", "check until nothing fails, twice with a minute between")
    .option(
      "--timeout <time>",
      "with --watch: when to give up, such as 30m; never if not given",
      timeSpan,
    )
    .action(
      action(context, async (domains: readonly string[], options: CheckOptions) => {
        const { checkCommand } = await import("./check-command.ts");
        return checkCommand(domains, options, context);
      }),
    );
}

function addDoctorCommand(program: Command, context: RunContext): void {
  defineCommand(program, {
    name: "doctor",
    description: "what is wrong with this server, and what to do",
    examples: ["dnsvouch doctor", "dnsvouch doctor -c /etc/dnsvouch/config.toml --json"],
  })
    .option("--ca <name>", "the authority of the API's own certificate", "letsencrypt.org")
    .option(
      "--resolver <address...>",
      "ask these resolvers alone, such as 192.0.2.53:53; private addresses, too",
    )
    .option("--auth-port <port>", "where the name servers of the parent are asked", portNumber, 53)
    .action(
      action(context, async (options: DoctorOptions) => {
        const { doctorCommand } = await import("./doctor-command.ts");
        return doctorCommand(options, context);
      }),
    );
}
