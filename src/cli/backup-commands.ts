import type { Command } from "commander";
import type { BackupOptions } from "./backup-command.ts";
import { action, defineCommand, type RunContext } from "./define-command.ts";
import { positiveInteger } from "./option-values.ts";
import type { RestoreOptions } from "./restore-command.ts";

export function addBackupCommands(program: Command, context: RunContext): void {
  const { env, clock } = context;
  defineCommand(program, {
    name: "backup",
    description: "copy the database as it is now, beside a server that runs",
    examples: [
      "dnsvouch backup /var/backups/dnsvouch.db",
      "dnsvouch backup /var/backups/dnsvouch/ --keep 14",
    ],
  })
    .argument("<target>", "a file, or a folder for files that are named by the time")
    .option("--keep <count>", "how many a folder keeps; without it all", positiveInteger)
    .action(
      action(context, async (target: string, options: BackupOptions) => {
        const { backupCommand } = await import("./backup-command.ts");
        return backupCommand(target, options, env, clock());
      }),
    );
  defineCommand(program, {
    name: "restore",
    description: "put a backup in the place of the database; the server must be stopped",
    examples: ["dnsvouch restore /var/backups/dnsvouch.db --yes"],
  })
    .argument("<file>", "a backup")
    .option("--yes", "also if something that is not in the backup is lost")
    .action(
      action(context, async (file: string, options: RestoreOptions) => {
        const { restoreCommand } = await import("./restore-command.ts");
        return restoreCommand(file, options, env, clock());
      }),
    );
}
