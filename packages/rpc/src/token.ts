import type { Metadata } from "nice-grpc-common";

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
