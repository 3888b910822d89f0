import { ConfigError, type Logger } from "@waybill/chassis";
import type { Authorize, TokenSource } from "@waybill/rpc";
import { admitUnverified, guard } from "./guard.ts";
import type { PolicyTable } from "./policy.ts";
import { serviceToken } from "./serviceToken.ts";
import { readTrustedIssuers } from "./trustedIssuers.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

/** The variables that say whom a process trusts, and who it is itself. */
export interface AuthenticationSettings {
  /** "off" takes every caller for an operator. */
  readonly AUTHENTICATION: "on" | "off";
  readonly TRUSTED_ISSUERS: string;
  /** Where this process's own token is; "" when it has none. */
  readonly SERVICE_TOKEN_FILE: string;
}

/** How a process checks its callers, and what it presents to those whom it calls. */
export interface Authentication extends AsyncDisposable {
  /** Absent while authentication is off. */
  readonly verifier: Verifier | undefined;
  /** The guard of a server with these policies. */
  authorize(policies: readonly PolicyTable[]): Authorize;
  /** This process's own token. */
  readonly token: TokenSource | undefined;
}

/**
 * Sets up authentication as the settings say. Throws a ConfigError when nobody is trusted, unless
 * AUTHENTICATION is explicitly "off", which the log then says aloud.
 */
export function authenticate(settings: AuthenticationSettings, logger: Logger): Authentication {
  const { AUTHENTICATION, TRUSTED_ISSUERS, SERVICE_TOKEN_FILE: file } = settings;
  const token = file === "" ? undefined : serviceToken({ file });
  if (AUTHENTICATION === "off") {
    logger.warn("AUTHENTICATION is off: every caller may do everything");
    const authorize = () => admitUnverified;
    return { verifier: undefined, token, authorize, [Symbol.asyncDispose]: async () => {} };
  }
  if (TRUSTED_ISSUERS === "") throw nobodyTrusted();
  const issuers = readTrustedIssuers(TRUSTED_ISSUERS);
  const verifier = createVerifier({ issuers, logger });
  return {
    verifier,
    token,
    authorize: (policies) => guard(policies, verifier),
    [Symbol.asyncDispose]: () => verifier[Symbol.asyncDispose](),
  };
}

const nobodyTrusted = (): ConfigError =>
  new ConfigError([
    {
      variable: "TRUSTED_ISSUERS",
      found: "is not set",
      expected: "whose tokens are accepted (or AUTHENTICATION=off, for tests)",
    },
  ]);
