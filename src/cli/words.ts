/** Words that options take, for definitions that load nothing else. */

export const DELEGATE_STATES = ["live", "locked", "deleted"] as const;
export type ShownState = (typeof DELEGATE_STATES)[number];

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
