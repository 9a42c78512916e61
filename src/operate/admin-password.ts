import { whyNotPassword } from "../delegate/password.ts";
import { readSecretLine } from "./secret-file.ts";

/** The password of `portal.admin_user`, undefined without `portal.password_file`. Throws ConfigError. */
export function adminPassword({
  passwordFile: file,
}: {
  readonly passwordFile: string;
}): string | undefined {
  if (file === "") return undefined;
  const howToMake = `(umask 077; openssl rand -base64 24 > ${file})`;
  return readSecretLine({ key: "portal.password_file", file, howToMake }, whyNotPassword);
}
