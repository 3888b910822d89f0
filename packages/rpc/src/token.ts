import { ErrorReason } from "@waybill/contracts/errors";
import { type CallOptions, Metadata, Status } from "nice-grpc-common";
import { Refusal } from "./refusal.ts";

/** The token of this process, as it is now: tokens are short-lived, and replaced while it runs. */
export type TokenSource = () => string | Promise<string>;

/** Puts the token into the metadata; a call's own `authorization` is left as it is. */
export function presentToken(
  metadata: Metadata,
  source: TokenSource | undefined,
): Promise<void> | undefined {
  if (source === undefined || metadata.has("authorization")) return undefined;
  const present = (token: string) => void metadata.set("authorization", `Bearer ${token}`);
  const token = source();
  if (typeof token !== "string") return token.then(present);
  present(token);
  return undefined;
}

/** Who refuses a bearer token says so, as WWW-Authenticate does: a password that is wrong is not meant. */
export const bearerScheme: Readonly<Record<string, string>> = { scheme: "Bearer" };

/**
 * That a callee does not accept this process's own token is no fault of whoever waits for the answer,
 * and passes when the token is renewed: UNAVAILABLE. Other errors, and the refusal of a token that the
 * call brought itself, stay what they are.
 */
export function blamingOwnToken(
  error: unknown,
  callee: string,
  source: TokenSource | undefined,
  metadata: CallOptions["metadata"],
): unknown {
  if (!(error instanceof Refusal) || error.code !== Status.UNAUTHENTICATED) return error;
  const isOwn = source !== undefined && !Metadata(metadata).has("authorization");
  if (!isOwn || error.metadata.scheme !== bearerScheme.scheme) return error;
  return new Refusal(
    Status.UNAVAILABLE,
    ErrorReason.CALLEE_UNAVAILABLE,
    `${callee} does not accept this process's own token: ${error.message}`,
    { metadata: { callee }, cause: error },
  );
}
