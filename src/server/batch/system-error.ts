import { getSystemErrorMessage, getSystemErrorName } from "node:util";

/** The error of a call that failed, as node's own have it: `bind EADDRINUSE …`, with `code`. */
export function systemError(syscall: string, errno: number): Error {
  const code = getSystemErrorName(-errno);
  const message = `${syscall} ${code}: ${getSystemErrorMessage(-errno)}`;
  return Object.assign(new Error(message), { code, errno: -errno, syscall });
}
