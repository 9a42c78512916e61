import { challengeRecord } from "../../hostname/next-action.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { actionText, fulldomainOf, type HostnameView } from "./hostname-view.ts";
import { sentenceOf } from "./records.ts";

/** Enough to know one from something else; the mail program has the last word (RFC 6068). */
const ADDRESS = /^[^\s@"<>(),;:\\[\]]+@[A-Za-z0-9.-]+$/;

/**
 * Begins a mail to whom the delegate's contact is, with what is to be done; undefined: there is no address, or nothing
 * that they could do.
 */
export function ownerMail(view: HostnameView): string | undefined {
  const { contact, record } = view;
  if (!ADDRESS.test(contact)) return undefined;
  const words = wordsOf(view);
  if (words === undefined) return undefined;
  const subject = `Certificates for ${record.name}`;
  const body = `Hello,\n\n${words}\n`;
  const query = `subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`;
  return `mailto:${encodeURIComponent(contact).replaceAll("%40", "@")}?${query}`;
}

/** What the portal says to do about some states is for who runs the server: their owners are asked for something else. */
function wordsOf(view: HostnameView): string | undefined {
  const { record } = view;
  const { name, state } = record;
  const here = challengeRecord(name, fulldomainOf(record));
  switch (state) {
    case "offboarding":
      return `${name} does not lead to us any more. If you have left us, please delete this record:\n\n${here}\n\nIf you have not, please tell us.`;
    case "never_pointed":
      return `everything is set up for certificates for ${name}, and it does not lead to us yet. If you do not want it any more, please delete this record:\n\n${here}`;
    case "orphaned":
      return `we do not renew certificates for ${name} any more. Please delete this record:\n\n${here}`;
    default:
      return isTheirs(record)
        ? `to keep certificates for ${name} coming:\n\n${sentenceOf(actionText(view))}`
        : undefined;
  }
}

/** Whether it is in the owner's zone that something is to be done, by the code of the step that decides. */
function isTheirs({ state, reason }: Pick<HostnameRecord, "state" | "reason">): boolean {
  switch (state) {
    case "pending":
      return reason !== "no-resolver";
    case "propagating":
      // Our own resolvers, or another look, are nobody's to wait for but ours.
      return reason === "propagating";
    case "misdirected":
      return !reason.startsWith("target-");
    case "error":
      return reason === "zone-not-found" || reason === "zone-unreachable";
    case "conflict":
    case "caa-blocked":
    case "dnssec-bogus":
      return true;
    default:
      return false;
  }
}
