/** Where getlocalcert has its API, and in it the endpoints of acme-dns. */
export const GETLOCALCERT_PATH = "/api/v1";
export const COMPAT_PATH = "/api/v1/acme-dns-compat";
