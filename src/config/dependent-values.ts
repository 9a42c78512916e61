import type { ConfigValues } from "./config.ts";
import {
  addressOfFamily,
  type DnsProtocol,
  formatListenAddress,
  type ListenAddress,
} from "./listen-address.ts";
import { zoneProblems } from "./zone-config.ts";

/** Defaults that follow from other keys, and keys that contradict each other. */

/** The values with what follows from them filled in, and a line for each contradiction. */
export function completeValues(values: ConfigValues): {
  readonly values: ConfigValues;
  readonly problems: readonly string[];
} {
  const { general, api, dns, log } = values;
  const problems = [...zoneProblems(general), ...contradictions(general.listen, general.protocol)];
  if (log.type === "file" && log.file === "") {
    problems.push('logconfig.logtype = "file" needs logconfig.logfile, the file to write to');
  }
  const completed: ConfigValues = {
    ...values,
    general: {
      ...general,
      listen: general.listen.map(
        (listen) => addressOfFamily(listen, general.protocol.family) ?? listen,
      ),
    },
    api: { ...api, registration: api.disableRegistration ? "closed" : api.registration },
    dns: { ...dns, txtSlots: general.txtLimit || dns.txtSlots },
  };
  return { values: completed, problems };
}

function contradictions(listen: readonly ListenAddress[], { family }: DnsProtocol): string[] {
  return listen
    .filter((address) => addressOfFamily(address, family) === undefined)
    .map(
      (address) =>
        `general.listen has ${formatListenAddress(address)}, but general.protocol asks for ${family} only; change one of them`,
    );
}
