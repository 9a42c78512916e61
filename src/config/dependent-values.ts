import type { ApiConfig } from "./api-keys.ts";
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
  readonly warnings: readonly string[];
} {
  const { general, api, dns, log } = values;
  const instant = {
    ...values.instant,
    enabled:
      values.instant.enabled === "auto" ? values.instant.domain !== "" : values.instant.enabled,
  };
  const problems = [
    ...zoneProblems(general, instant),
    ...contradictions(general.listen, general.protocol),
  ];
  const registration = api.disableRegistration ? "closed" : api.registration;
  const hasTokens = api.registrationTokens.length > 0 || api.registrationTokensFile !== "";
  if (registration === "open" && hasTokens) {
    // Whoever writes tokens down wants to keep others out.
    problems.push(
      'there are registration tokens (api.registration_tokens, api.registration_tokens_file), and api.registration = "open" lets anybody register; set registration = "token", or remove them',
    );
  }
  const { tokenFile, keyFile } = values.legoStorage;
  if ((tokenFile === "") !== (keyFile === "")) {
    const [has, lacks] = tokenFile === "" ? ["key_file", "token_file"] : ["token_file", "key_file"];
    problems.push(`lego_storage.${has} needs lego_storage.${lacks}: it takes both, or neither`);
  }
  if (values.portal.trustedUserHeader !== "" && api.trustedProxies.length === 0) {
    // The networks that api.use_header assumes are too many to say who is an administrator.
    problems.push(
      "portal.trusted_user_header needs api.trusted_proxies: list the addresses of the proxies that say who is logged in, since anybody else could write that header",
    );
  }
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
    api: { ...api, registration, ...believedProxies(api) },
    dns: { ...dns, txtSlots: general.txtLimit || dns.txtSlots },
    instant,
  };
  const warnings = api.useHeader && api.trustedProxies.length === 0 ? [PROXIES_ASSUMED] : [];
  return { values: completed, problems, warnings };
}

/** Private addresses and this machine itself: RFC 1918, RFC 4193, RFC 1122 section 3.2.1.3, RFC 4291. */
const NEARBY = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7"];

const PROXIES_ASSUMED =
  "api.use_header is set and api.trusted_proxies is not: the header is believed from this machine itself and from private addresses; list the addresses of your proxies";

/** acme-dns believes anybody's header. Here it counts from proxies alone. */
function believedProxies({
  useHeader,
  trustedProxies,
}: ApiConfig): Pick<ApiConfig, "trustedProxies"> {
  return { trustedProxies: useHeader && trustedProxies.length === 0 ? NEARBY : trustedProxies };
}

function contradictions(listen: readonly ListenAddress[], { family }: DnsProtocol): string[] {
  return listen
    .filter((address) => addressOfFamily(address, family) === undefined)
    .map(
      (address) =>
        `general.listen has ${formatListenAddress(address)}, but general.protocol asks for ${family} only; change one of them`,
    );
}
