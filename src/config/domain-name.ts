/**
 * Domain names as a configuration has them: host names and zones, never arbitrary octets. The form
 * is lower case without the final dot.
 */

const LABEL = /^[a-z0-9_-]{1,63}$/;
/** RFC 1035 section 2.3.4 allows 255 octets on the wire, which are 253 characters of text. */
const LONGEST_NAME = 253;
/** The first label of a mailbox name: dots in it are escaped (RFC 1035 section 8). */
const MAILBOX_NAME = /^(?<local>(?:[^.\\]|\\\.)+)\.(?<domain>.+)$/;
const LOCAL_PART = /^(?:[a-z0-9_+=-]|\\\.){1,63}$/;

/** The name in its normal form, or undefined if it is none. The root is not accepted. */
export function parseDomainName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, "");
  const isValid =
    name.length <= LONGEST_NAME && name.split(".").every((label) => LABEL.test(label));
  return isValid ? name : undefined;
}

/**
 * The mailbox of a zone's administrator as a domain name: `hostmaster.example.org`. A mail address
 * is accepted, its "@" means the first dot, and dots before it are escaped (RFC 1035 section 8).
 */
export function parseMailboxName(text: string): string | undefined {
  const at = text.indexOf("@");
  const name = at < 0 ? text : `${text.slice(0, at).replaceAll(".", "\\.")}.${text.slice(at + 1)}`;
  const { local, domain } = MAILBOX_NAME.exec(name.toLowerCase())?.groups ?? {};
  // A single label, such as "admin", or "admin." with the final dot.
  if (local === undefined || domain === undefined) return parseDomainName(text);
  const parent = parseDomainName(domain);
  if (parent === undefined || !LOCAL_PART.test(local)) return undefined;
  const mailbox = `${local}.${parent}`;
  return mailbox.replaceAll("\\", "").length <= LONGEST_NAME ? mailbox : undefined;
}
