import { readFile } from "node:fs/promises";
import { ErrorReason } from "@waybill/contracts/errors";
import { refuse, type TokenSource } from "@waybill/rpc";

/** Files of tokens are replaced long before the tokens end; Kubernetes asks for a look each minute. */
const rereadMs = 30_000;

/**
 * This process's own token, from a file that somebody else keeps fresh, such as a projected
 * service-account token. Read again every half a minute; while it cannot be, the last one is used.
 * Throws the Refusal UNAVAILABLE while there is none.
 */
export function serviceToken({ file }: { readonly file: string }): TokenSource {
  let token: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  const read = async (): Promise<string> => {
    try {
      token = (await readFile(file, "utf8")).trim();
      readAt = performance.now();
    } catch (cause) {
      if (token === undefined) throw unreadable(file, cause);
    }
    return token ?? "";
  };
  return () => {
    if (token !== undefined && performance.now() - readAt < rereadMs) return token;
    return read();
  };
}

const unreadable = (file: string, cause: unknown) =>
  refuse.unavailable(
    ErrorReason.CALLEE_UNAVAILABLE,
    `The service's own token cannot be read from ${file}: ${(cause as Error).message}`,
    undefined,
    { callee: "token" },
  );
