/** What a request shows as Bearer (RFC 6750 section 2.1; the scheme in any case: RFC 9110 section 11.1), if it does. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([^ ]+) *$/i.exec(authorization ?? "")?.[1];
}
