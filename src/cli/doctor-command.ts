import { resultOf } from "../check/report.ts";
import { examine } from "../examine.ts";
import { checkedConfig } from "./checked-config.ts";
import type { CommonOptions, RunContext } from "./define-command.ts";
import { doctorText } from "./doctor-text.ts";
import { printJson } from "./print.ts";
import { readResolver } from "./resolver-option.ts";
import { exitCodeOf } from "./status-text.ts";

export interface DoctorOptions extends CommonOptions {
  readonly ca: string;
  readonly resolver?: readonly string[];
  readonly authPort: number;
}

/** Looks at this server from this machine. Returns the exit code. */
export async function doctorCommand(
  options: DoctorOptions,
  { env, clock, newLabel }: RunContext,
): Promise<number> {
  const { ca, authPort } = options;
  const resolvers = (options.resolver ?? []).map(readResolver);
  const checked = checkedConfig({ file: options.config, env });
  const means = { ca, resolvers, authPort, clock, newLabel };
  const findings = await examine({ ...checked, ...means, isThisServer: false });
  if (options.json === true) printJson({ result: resultOf(findings), findings });
  else process.stdout.write(doctorText(findings));
  return exitCodeOf(findings);
}
