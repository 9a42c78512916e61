// Zonemaster: what the registries of .se and .fr think of a delegation.
import { run } from "./command.ts";
import type { Network } from "./network.ts";

export interface ZonemasterMessage {
  /** NOTICE, WARNING, ERROR or CRITICAL. */
  readonly level: string;
  readonly tag: string;
  readonly args: unknown;
}

/** All that it says from NOTICE up. */
export async function zonemasterMessages(
  folder: string,
  { place, hintsFile }: Network,
  zone: string,
): Promise<ZonemasterMessage[]> {
  const args = ["--json", "--level", "NOTICE", "--hints", hintsFile, zone];
  const output = await run("zonemaster-cli", args, { folder, place });
  const messages: unknown = JSON.parse(output);
  if (!Array.isArray(messages)) throw new Error(`zonemaster-cli: ${output}`);
  return messages.map(toMessage);
}

function toMessage(value: unknown): ZonemasterMessage {
  if (typeof value === "object" && value !== null && "level" in value && "tag" in value) {
    const args = "args" in value ? value.args : undefined;
    return { level: String(value.level), tag: String(value.tag), args };
  }
  throw new Error(`no message of zonemaster-cli: ${JSON.stringify(value)}`);
}
