import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type { UserServiceImplementation } from "@waybill/contracts/user";
import { refuse, validate } from "@waybill/rpc";
import type { UserApp } from "../app/userApp.ts";
import { accountRpcs } from "./accounts.ts";
import { loginRpcs } from "./logins.ts";
import { rotateRule } from "./schemas.ts";

/** The handlers. Who may call them at all is decided before, by the policy. */
export const userService = (app: UserApp, logger: Logger): UserServiceImplementation => ({
  ...accountRpcs(app, logger),
  ...loginRpcs(app),
  listSigningKeys: async () => ({ jwksJson: JSON.stringify({ keys: app.keys.published() }) }),
  rotateSigningKey: async (request) => {
    const { requestId } = validate(rotateRule, request);
    const keyId = await app.keys.rotate(requestId);
    if (keyId === undefined) throw tooManyKeys();
    return { keyId };
  },
});

const tooManyKeys = () =>
  refuse.failedPrecondition(
    ErrorReason.TOO_MANY_SIGNING_KEYS,
    "As many signing keys are published as there may be. Each ends some time after its successor has begun to sign, by default an hour and a quarter after that one was made: rotate again then.",
  );
