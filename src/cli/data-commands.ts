import { type Command, InvalidArgumentError } from "commander";
import type { ListOptions, LoggedHead, VerifyOptions } from "./audit-command.ts";
import type { ImportOptions } from "./import-command.ts";
import type { CreateOptions, TokenOptions } from "./token-command.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type SetExitCode = (code: number) => void;

/** The commands about the data. What they need is loaded with them: `serve` does without. */
export function addDataCommands(
  program: Command,
  env: Environment,
  setExitCode: SetExitCode,
): void {
  addTokenCommands(program.command("token"), env, setExitCode);
  addAuditCommands(program.command("audit"), env, setExitCode);
  addImportCommands(program.command("import"), env, setExitCode);
}

const CONFIG_OPTION = ["-c, --config <file>", "configuration file"] as const;
const LOGGED_HEAD = /^([0-9]{1,15}):([0-9a-f]{64})$/i;
const JSON_OPTION = ["--json", "print JSON"] as const;

function addTokenCommands(token: Command, env: Environment, setExitCode: SetExitCode): void {
  token.description('tokens for api.registration = "token"');
  token
    .command("create")
    .description("make a token and print it, once")
    .option("--scope <scope>", "what it allows: register", "register")
    .option("--label <text>", "what it is for, to know it again", "")
    .option("--expires <time>", "after which it allows nothing, such as 30d")
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: CreateOptions) => {
      const { tokenCreate } = await import("./token-command.ts");
      setExitCode(await tokenCreate(options, env));
    });
  token
    .command("list")
    .description("the tokens there are and were, without what they are")
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: TokenOptions) => {
      const { tokenList } = await import("./token-command.ts");
      setExitCode(tokenList(options, env));
    });
  token
    .command("revoke")
    .description("end a token at once; what was registered with it goes on working")
    .argument("<id>", "its number, see: dnsvouch token list", positiveInteger)
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .action(async (id: number, options: TokenOptions) => {
      const { tokenRevoke } = await import("./token-command.ts");
      setExitCode(await tokenRevoke(id, options, env));
    });
}

function addAuditCommands(audit: Command, env: Environment, setExitCode: SetExitCode): void {
  audit.description("who did what: every use of a credential, every act of an administrator");
  audit
    .command("list")
    .description("the newest rows of the audit trail")
    .option("--delegate <name>", "only those about this delegate, by its full name")
    .option("--limit <count>", "how many", positiveInteger, 100)
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: ListOptions) => {
      const { auditList } = await import("./audit-command.ts");
      setExitCode(auditList(options, env));
    });
  audit
    .command("verify")
    .description("whether rows were changed or removed since they were written")
    .option(
      "--head <sequence:hash>",
      "a head that the log has: nothing up to it may have changed",
      loggedHead,
    )
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: VerifyOptions) => {
      const { auditVerify } = await import("./audit-command.ts");
      setExitCode(auditVerify(options, env));
    });
}

function addImportCommands(importing: Command, env: Environment, setExitCode: SetExitCode): void {
  importing.description("take accounts over");
  importing
    .command("acme-dns")
    .description(
      "from a SQLite database of acme-dns, which is not changed; no server may run on ours",
    )
    .requiredOption(
      "--db <file>",
      "the database of acme-dns, such as /var/lib/acme-dns/acme-dns.db",
    )
    .option("-c, --config <file>", "configuration file (TOML; an acme-dns config.cfg will do)")
    .action(async (options: ImportOptions) => {
      const { importCommand } = await import("./import-command.ts");
      setExitCode(importCommand(options, env, Date.now()));
    });
}

function loggedHead(text: string): LoggedHead {
  const [, sequence, hash] = LOGGED_HEAD.exec(text) ?? [];
  if (sequence !== undefined && hash !== undefined) {
    return { sequence: Number(sequence), hash: hash.toLowerCase() };
  }
  throw new InvalidArgumentError("It must be SEQUENCE:HASH, as the server has logged it.");
}

function positiveInteger(text: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number above 0.");
}
