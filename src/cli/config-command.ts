import { loadConfig } from "../config/load-config.ts";
import { type ShownSetting, shownSettings, toToml } from "../config/shown-settings.ts";
import { checkedConfig } from "./checked-config.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { FAULT, FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

export interface ValidateOptions extends CommonOptions {
  /** Warnings count. */
  readonly strict?: boolean;
}

export interface ShowOptions extends CommonOptions {
  readonly origin?: boolean;
}

/** Reads all of it, static records and files of secrets too. What is wrong with it is thrown. Returns the exit code. */
export function configValidate(
  { config: file, json, strict }: ValidateOptions,
  env: Environment,
): number {
  const { config, warnings } = checkedConfig({ file, env });
  const exitCode = strict === true && warnings.length > 0 ? FAULT : FINISHED;
  const where = config.file ?? "the defaults";
  if (json === true) {
    printJson({ valid: true, file: config.file ?? null, set: config.settings.size, warnings });
    return exitCode;
  }
  for (const warning of warnings) process.stderr.write(`dnsvouch: warning: ${warning}\n`);
  process.stdout.write(`${where}: valid, ${config.settings.size} keys are set\n`);
  return exitCode;
}

/** As a file that would be read, each key with what applies. */
export function configShow(options: ShowOptions, env: Environment): number {
  const { config: file, json, origin: showsOrigin } = options;
  const settings = shownSettings(loadConfig({ file, env }));
  if (json === true) {
    printJson(
      settings.map(({ section, key, value, origin }) => {
        return { key: `${section}.${key}`, value, origin: origin ?? "default" };
      }),
    );
    return FINISHED;
  }
  const sections = [...Map.groupBy(settings, ({ section }) => section)].map(([section, keys]) =>
    [`[${section}]`, ...keys.map((each) => line(each, showsOrigin === true))].join("\n"),
  );
  process.stdout.write(`${sections.join("\n\n")}\n`);
  return FINISHED;
}

function line({ key, value, origin }: ShownSetting, showsOrigin: boolean): string {
  const text = `${key} = ${toToml(value)}`;
  return showsOrigin ? `${text}  # ${origin ?? "default"}` : text;
}
