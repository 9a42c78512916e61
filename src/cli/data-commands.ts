import { type Command, Option } from "commander";
import type { PasswdOptions } from "./admin-command.ts";
import type { ListOptions, VerifyOptions } from "./audit-command.ts";
import {
  action,
  type CommonOptions,
  defineCommand,
  defineGroup,
  type RunContext,
} from "./define-command.ts";
import type { ImportOptions } from "./import-command.ts";
import { loggedHead, positiveInteger, timeSpan, tokenScopes } from "./option-values.ts";
import type { CreateOptions } from "./token-command.ts";

/** The commands about users of the portal, tokens, the trail and imports. What they need is loaded with them: `serve` does without. */
export function addDataCommands(program: Command, context: RunContext): void {
  const admin = defineGroup(program, {
    name: "admin",
    description: "who can use the portal",
    examples: ["dnsvouch admin passwd"],
  });
  addAdminCommands(admin, context);
  const token = defineGroup(program, {
    name: "token",
    description: 'tokens for api.registration = "token"',
    examples: ["dnsvouch token create"],
  });
  addTokenCommands(token, context);
  const audit = defineGroup(program, {
    name: "audit",
    description: "who did what: every use of a credential, every act of an administrator",
    examples: ["dnsvouch audit list"],
  });
  addAuditCommands(audit, context);
  const importing = defineGroup(program, {
    name: "import",
    description: "take accounts over",
    examples: ["dnsvouch import acme-dns --db /var/lib/acme-dns/acme-dns.db"],
  });
  addImportCommands(importing, context);
}

function addAdminCommands(admin: Command, context: RunContext): void {
  defineCommand(admin, {
    name: "passwd",
    description:
      "set a password for the portal: it is asked for, or read from standard input in one line",
    examples: ["dnsvouch admin passwd", "dnsvouch admin passwd --generate"],
  })
    .argument("[name]", "whose it is; portal.admin_user if not given")
    .option("--generate", "make a one-time password and print it, once")
    .action(
      action(context, async (name: string | undefined, options: PasswdOptions) => {
        const { adminPasswd } = await import("./admin-command.ts");
        return adminPasswd(name, options, context);
      }),
    );
}

function addTokenCommands(token: Command, context: RunContext): void {
  const { env } = context;
  defineCommand(token, {
    name: "create",
    description: "make a token and print it, once",
    examples: [
      'dnsvouch token create --label "web servers" --expires 30d',
      "dnsvouch token create --scope read,register,delegates,keys,checks --label panel",
    ],
  })
    .option(
      "--scope <scopes>",
      "what it allows, with commas between: read, register, delegates, keys, checks, admin",
      tokenScopes,
      "register",
    )
    .option("--label <text>", "what it is for, to know it again", "")
    .option("--expires <time>", "after which it allows nothing, such as 30d", timeSpan)
    .action(
      action(context, async (options: CreateOptions) => {
        const { tokenCreate } = await import("./token-command.ts");
        return tokenCreate(options, env);
      }),
    );
  defineCommand(token, {
    name: "list",
    description: "the tokens there are and were, without what they are",
    examples: ["dnsvouch token list"],
  }).action(
    action(context, async (options: CommonOptions) => {
      const { tokenList } = await import("./token-command.ts");
      return tokenList(options, env);
    }),
  );
  defineCommand(token, {
    name: "revoke",
    description: "end a token at once; what was registered with it goes on working",
    examples: ["dnsvouch token revoke 3"],
  })
    .argument("<id>", "its number, see: dnsvouch token list", positiveInteger)
    .action(
      action(context, async (id: number, options: CommonOptions) => {
        const { tokenRevoke } = await import("./token-command.ts");
        return tokenRevoke(id, options, env);
      }),
    );
}

function addAuditCommands(audit: Command, context: RunContext): void {
  const { env } = context;
  defineCommand(audit, {
    name: "list",
    description: "the newest rows of the audit trail",
    examples: ["dnsvouch audit list --limit 20"],
  })
    .option("--delegate <name>", "only those about this delegate, by its subdomain or full name")
    .option("--limit <count>", "how many", positiveInteger, 100)
    .action(
      action(context, async (options: ListOptions) => {
        const { auditList } = await import("./audit-command.ts");
        return auditList(options, env);
      }),
    );
  defineCommand(audit, {
    name: "verify",
    description: "whether rows were changed or removed since they were written",
    examples: ["dnsvouch audit verify"],
  })
    .option(
      "--head <sequence:hash>",
      "a head that the log has: nothing up to it may have changed",
      loggedHead,
    )
    .action(
      action(context, async (options: VerifyOptions) => {
        const { auditVerify } = await import("./audit-command.ts");
        return auditVerify(options, env);
      }),
    );
}

function addImportCommands(importing: Command, context: RunContext): void {
  defineCommand(importing, {
    name: "acme-dns",
    description:
      "from a database of acme-dns, which is not changed; no server may run on ours. --config can be acme-dns's own config.cfg, which says where its database is",
    examples: [
      "dnsvouch import acme-dns --db /var/lib/acme-dns/acme-dns.db -c /etc/dnsvouch/config.toml",
      "dnsvouch import acme-dns --config /etc/acme-dns/config.cfg --dry-run",
    ],
  })
    .option(
      "--db <source>",
      "the database of acme-dns, such as /var/lib/acme-dns/acme-dns.db or postgres://USER@HOST/NAME",
    )
    .option("--dry-run", "only say what would be done")
    .addOption(
      new Option(
        "--on-conflict <what>",
        "where a name or a user is another's here: import nothing, or leave that account out",
      )
        .choices(["fail", "skip"])
        .default("fail"),
    )
    .action(
      action(context, async (options: ImportOptions) => {
        const { importCommand } = await import("./import-command.ts");
        return importCommand(options, context.env, context.clock());
      }),
    );
}
