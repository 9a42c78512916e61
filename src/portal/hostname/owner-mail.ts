import type { HostnameView } from "./hostname-view.ts";
import { actionText } from "./hostname-view.ts";
import { sentenceOf } from "./records.ts";

/** Enough to know one from something else; the mail program has the last word (RFC 6068). */
const ADDRESS = /^[^\s@"<>(),;:\\[\]]+@[A-Za-z0-9.-]+$/;

/** Begins a mail to whom the delegate's contact is, with what is to be done; undefined: there is no address. */
export function ownerMail(view: HostnameView): string | undefined {
  const { contact, record } = view;
  if (!ADDRESS.test(contact)) return undefined;
  const subject = `Certificates for ${record.name}`;
  const body = `Hello,\n\nto keep certificates for ${record.name} coming:\n\n${sentenceOf(actionText(view))}\n`;
  const query = `subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`;
  return `mailto:${encodeURIComponent(contact).replaceAll("%40", "@")}?${query}`;
}
