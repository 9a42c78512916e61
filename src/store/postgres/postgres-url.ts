export function isPostgresUrl(source: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(source);
}

/** For messages: a URL without user, password and parameters. */
export function shownPostgresUrl(source: string): string {
  const url = URL.canParse(source) ? new URL(source) : undefined;
  return url === undefined ? "postgres://(not a URL)" : `postgres://${url.host}${url.pathname}`;
}
