import { isUserName, USER_NAME_FORM } from "../delegate/user-name.ts";
import { parseDomainName } from "./domain-name.ts";
import type { Section } from "./key.ts";
import type { ListenAddress } from "./listen-address.ts";
import { anyOf, textThat } from "./read.ts";
import {
  boolean,
  duration,
  headerName,
  optional,
  optionalListenAddress,
  path,
  shortText,
  text,
  url,
  type ValueKind,
} from "./value-kind.ts";

const userName: ValueKind<string> = {
  ...text,
  read: textThat(isUserName),
  allowed: USER_NAME_FORM,
  example: '"admin"',
};

/** RFC 5321 section 4.1.2, without quoted parts, which nobody has. */
const LOCAL_PART = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/;

function isMailAddress(given: string): boolean {
  const at = given.lastIndexOf("@");
  const domain = parseDomainName(given.slice(at + 1));
  return at > 0 && LOCAL_PART.test(given.slice(0, at)) && domain?.includes(".") === true;
}

const mailAddressOrUrl: ValueKind<string> = {
  ...text,
  read: anyOf(textThat(isMailAddress), url.read),
  allowed: "a mail address, or an http or https URL",
  example: '"support@example.org"',
};

const userHeader: ValueKind<string> = { ...optional(headerName), example: '"Remote-User"' };

const LONGEST_SESSION_SECONDS = 43_200;
const LONGEST_OPERATOR_OCTETS = 100;

/** The web pages for administrators. Texts are "" if there is none. */
export interface PortalConfig {
  readonly enabled: boolean;
  readonly listen: ListenAddress | undefined;
  readonly adminUser: string;
  readonly passwordFile: string;
  readonly sessionSeconds: number;
  readonly insecure: boolean;
  readonly trustedUserHeader: string;
  readonly operator: string;
  /** A mail address or an http or https URL. */
  readonly support: string;
}

export const portalSection: Section<PortalConfig> = {
  toml: "portal",
  keys: {
    enabled: {
      toml: "enabled",
      kind: boolean,
      default: true,
      description: "Serve the portal.",
    },
    listen: {
      toml: "listen",
      kind: optionalListenAddress(8081),
      default: "127.0.0.1:8081",
      description: 'The address of the portal. "" is none.',
    },
    adminUser: {
      toml: "admin_user",
      kind: userName,
      default: "admin",
      description:
        "The name of the first administrator, who is made with the first start that has a portal.",
    },
    passwordFile: {
      toml: "password_file",
      kind: path,
      default: "",
      description:
        "A file with the password of admin_user, in one line. Without it the first start prints a one-time password, and dnsvouch admin passwd sets another one.",
      alias: "DNSVOUCH_ADMIN_PASSWORD_FILE",
    },
    sessionSeconds: {
      toml: "session",
      kind: duration(60, LONGEST_SESSION_SECONDS),
      default: "12h",
      description: "How long a login lasts at most. It ends after 30 minutes without use, too.",
    },
    insecure: {
      toml: "insecure",
      kind: boolean,
      default: false,
      description:
        "Allow logins over plain HTTP from other hosts: whoever is on the way can read the password.",
    },
    trustedUserHeader: {
      toml: "trusted_user_header",
      kind: userHeader,
      default: "",
      description:
        "A header in which api.trusted_proxies say who is logged in, such as Remote-User. They must remove it from what clients send.",
    },
    operator: {
      toml: "operator",
      kind: shortText(LONGEST_OPERATOR_OCTETS),
      default: "",
      description: 'The name that customers see on their pages. "" is the zone.',
    },
    support: {
      toml: "support",
      kind: optional(mailAddressOrUrl),
      default: "",
      description: 'Where customers turn to: a mail address or a URL. "" is nowhere.',
    },
  },
};
