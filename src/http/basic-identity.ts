/** What HTTP Basic says; empty texts count as something. */
export interface ClaimedIdentity {
  readonly user: string | undefined;
  readonly key: string | undefined;
}

/**
 * RFC 7617 section 2: what is before the first colon is the user. Certify writes base64 in the alphabet of URLs
 * and without padding, which is read, too.
 */
export function basicIdentity(authorization: string): ClaimedIdentity {
  const encoded = /^Basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(authorization)?.[1];
  const text = Buffer.from(encoded ?? "", "base64").toString("latin1");
  const colon = text.indexOf(":");
  if (colon < 0) return { user: undefined, key: undefined };
  return { user: text.slice(0, colon), key: text.slice(colon + 1) };
}
