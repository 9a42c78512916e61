/** What a delegate can be printed as: see client-formats.ts. */
export const CLIENT_FORMATS = [
  "json",
  "lego",
  "acme.sh",
  "certbot",
  "caddy",
  "traefik",
  "cert-manager",
  "posh-acme",
  "certify",
  "env",
  "zone",
  "terraform",
] as const;
export type ClientFormat = (typeof CLIENT_FORMATS)[number];

/** Which of the authority's directories a text names. */
export type CaChoice = "production" | "staging";
