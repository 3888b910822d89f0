import { type Stack, type StackOptions, startStack } from "@waybill/stack";

/** What takes minutes in production takes seconds here, so that nothing waits longer than a test should. */
const impatient = {
  CANCELLATION_WINDOW: "0",
  HOLD_EXPIRY: "2s",
  REAPER_INTERVAL: "250ms",
  REANNOUNCE_AFTER: "2s",
  RETRY_FIRST: "100ms",
  RETRY_CAP: "1s",
  CLAIM_LEASE: "2s",
  PENDING_DELAY: "1s",
  SLOW_DELAY: "1s",
  DATABASE_POOL_SIZE: "8",
  MAX_EVENT_LOOP_DELAY: "0", // What the door does under load is tested elsewhere; a busy machine should not shed here.
};

/** Where data and logs are kept when a test is to be understood. Default: in a temporary folder, removed with the stack. */
const kept = process.env.E2E_DATA_DIR;

/** A stack of its own, at free ports. It survives killed servers, but no power cut. */
export function startTestStack(options: StackOptions = {}): Promise<Stack> {
  return startStack({
    ...(kept === undefined ? { ephemeral: true } : { dataDir: kept }),
    portBase: "free",
    postgres: { fsync: false, sharedBuffersMb: 64 },
    ...options,
    env: { ...impatient, ...options.env },
  });
}

let common: Promise<Stack> | undefined;

/** One stack for all files that need no other settings and leave it as they found it: whatever they break is whole again. */
export function commonStack(): Promise<Stack> {
  common ??= startTestStack();
  return common;
}

after(async () => {
  await (await common)?.stop();
});
