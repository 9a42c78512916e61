import { delegationsOfConfig } from "../configured-delegations.ts";
import { checkedConfig } from "./checked-config.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { FINISHED } from "./exit.ts";
import { formatDelegations, type RecordFormat } from "./records-format.ts";

export interface RecordsOptions extends CommonOptions {
  readonly format: RecordFormat;
}

/** Prints what must be created at the DNS hosts of the parents. Returns the exit code. */
export function recordsCommand(options: RecordsOptions, env: Environment): number {
  const { format, json, config: file } = options;
  const delegations = delegationsOfConfig(checkedConfig({ file, env }));
  process.stdout.write(formatDelegations(delegations, json === true ? "json" : format));
  const isIncomplete = delegations.some(({ layouts }) =>
    layouts[0]?.records.some(({ data }) => data === undefined),
  );
  if (isIncomplete) {
    process.stderr.write(
      "dnsvouch: the public address of this server is not known: set general.public_ip (and general.public_ip6)\n",
    );
  }
  return FINISHED;
}
