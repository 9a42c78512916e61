import { type Command, Option } from "commander";
import { CLIENT_FORMATS } from "../snippet/words.ts";
import { SHELLS } from "./completion-command.ts";
import type { ShowOptions, ValidateOptions } from "./config-command.ts";
import {
  action,
  type CommonOptions,
  defineCommand,
  defineGroup,
  type RunContext,
} from "./define-command.ts";
import type { HealthcheckOptions } from "./healthcheck-command.ts";
import type { RecordsOptions } from "./records-command.ts";
import { RECORD_FORMATS } from "./records-format.ts";
import type { RegisterOptions } from "./register-command.ts";

/** The commands for setting a server and its clients up. */
export function addSetupCommands(program: Command, context: RunContext): void {
  addRecordsCommand(program, context);
  addRegisterCommand(program, context);
  const config = defineGroup(program, {
    name: "config",
    description: "look at the configuration",
    examples: ["dnsvouch config show --origin"],
  });
  addConfigCommands(config, context);
  addHealthcheckCommand(program, context);
  addProgramCommands(program, context);
}

function addRecordsCommand(program: Command, context: RunContext): void {
  defineCommand(program, {
    name: "records",
    description: "the DNS records to create so that others find this server",
    examples: ["dnsvouch records", "dnsvouch records --format terraform"],
  })
    .addOption(
      new Option("--format <format>", "how they are written")
        .choices(RECORD_FORMATS)
        .default("text"),
    )
    .action(
      action(context, async (options: RecordsOptions) => {
        const { recordsCommand } = await import("./records-command.ts");
        return recordsCommand(options, context.env);
      }),
    );
}

function addRegisterCommand(program: Command, context: RunContext): void {
  defineCommand(program, {
    name: "register",
    description: "register a delegate over HTTP, and print what an ACME client needs",
    examples: [
      "dnsvouch register www.example.com --format lego --out accounts.json",
      "dnsvouch register www.example.com --server https://auth.example.org --token TOKEN",
    ],
  })
    .argument("[domain]", "the name that certificates are for; * in front makes no difference")
    .option("--server <url>", "the API; api.base_url, or the configured listener, if not given")
    .option("--token <token>", 'for a server with api.registration = "token"')
    .option("--allow <network...>", "networks from which it can be updated, such as 192.0.2.0/24")
    .addOption(new Option("--format <format>", "what is printed").choices(CLIENT_FORMATS))
    .option(
      "--staging",
      "for the staging environment of Let's Encrypt, where clients are told of it",
    )
    .option("--out <file>", "write it there, for this user alone, instead of printing it")
    .action(
      action(context, async (domain: string | undefined, options: RegisterOptions) => {
        const { registerCommand } = await import("./register-command.ts");
        return registerCommand(domain, options, context.env);
      }),
    );
}

function addConfigCommands(config: Command, context: RunContext): void {
  const { env } = context;
  defineCommand(config, {
    name: "validate",
    description: "whether a server would start with it; exit code 3 if not",
    examples: ["dnsvouch config validate -c /etc/dnsvouch/config.toml"],
  })
    .option("--strict", "exit code 1 if there is anything to warn of")
    .action(
      action(context, async (options: ValidateOptions) => {
        const { configValidate } = await import("./config-command.ts");
        return configValidate(options, env);
      }),
    );
  defineCommand(config, {
    name: "show",
    description: "every key with the value that applies; secrets are not shown",
    examples: ["dnsvouch config show --origin"],
  })
    .option("--origin", "where each value comes from: a line of the file, a variable, the default")
    .action(
      action(context, async (options: ShowOptions) => {
        const { configShow } = await import("./config-command.ts");
        return configShow(options, env);
      }),
    );
}

function addHealthcheckCommand(program: Command, context: RunContext): void {
  defineCommand(program, {
    name: "healthcheck",
    description: "whether a server here answers over HTTP and DNS; exit code 1 if not",
    examples: ["dnsvouch healthcheck"],
  })
    .option("--url <url>", "the URL that must answer 200, instead of /health of the API")
    .action(
      action(context, async (options: HealthcheckOptions) => {
        const { healthcheckCommand } = await import("./healthcheck-command.ts");
        return healthcheckCommand(options, context.env);
      }),
    );
}

function addProgramCommands(program: Command, context: RunContext): void {
  defineCommand(program, {
    name: "version",
    description: "print the version",
    examples: ["dnsvouch version --json"],
  }).action(
    action(context, async (options: CommonOptions) => {
      const { versionCommand } = await import("./version-command.ts");
      return versionCommand(options);
    }),
  );
  defineCommand(program, {
    name: "openapi",
    description: "print the OpenAPI document of /api/v1",
    examples: ["dnsvouch openapi > openapi.json"],
  }).action(
    action(context, async () => {
      const { openApiCommand } = await import("./openapi-command.ts");
      return openApiCommand();
    }),
  );
  defineCommand(program, {
    name: "completion",
    description: "print a script that completes commands and options in a shell",
    examples: ["dnsvouch completion bash > /etc/bash_completion.d/dnsvouch"],
  })
    .argument("<shell>", SHELLS.join(", "))
    .action(
      action(context, async (shell: string, options: CommonOptions) => {
        const { completionCommand } = await import("./completion-command.ts");
        return completionCommand(program, shell, options);
      }),
    );
}
