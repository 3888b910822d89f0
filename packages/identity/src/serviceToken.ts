import { readFile } from "node:fs/promises";
import { ErrorReason } from "@waybill/contracts/errors";
import { refuse, type TokenSource } from "@waybill/rpc";
import { decodeJwt } from "jose";

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
  let endsAt = 0;
  const read = async (): Promise<string> => {
    try {
      token = (await readFile(file, "utf8")).trim();
      readAt = performance.now();
      endsAt = endOf(token);
    } catch (cause) {
      if (token === undefined) throw unreadable(file, cause);
    }
    return token ?? "";
  };
  return () => {
    const isFresh = performance.now() - readAt < rereadMs && Date.now() < endsAt;
    return token !== undefined && isFresh ? token : read();
  };
}

/** After a machine was asleep a token may have ended sooner than that. Unit: ms since 1970. */
function endOf(token: string): number {
  const { exp } = decodeJwt(token);
  return exp === undefined ? Number.POSITIVE_INFINITY : exp * 1_000;
}

const unreadable = (file: string, cause: unknown) =>
  refuse.unavailable(
    ErrorReason.CALLEE_UNAVAILABLE,
    `The service's own token cannot be read from ${file}: ${(cause as Error).message}`,
    undefined,
    { callee: "token" },
  );
