import { ErrorReason } from "@waybill/contracts/errors";
import { Status } from "nice-grpc-common";

/** One field of a request that breaks its rule. */
export interface Violation {
  /** The path in proto form, such as lines[2].quantity. */
  readonly field: string;
  /** The rule that is broken and what was given. */
  readonly description: string;
}

export interface RefusalDetails {
  /** Facts that belong to the reason, such as current_state. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly Violation[];
  /** How long to wait before trying again, when waiting helps. Unit: ms. */
  readonly retryDelayMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * A request that is answered with an error on purpose. Thrown by a handler it becomes the gRPC
 * status with rich details; a client of this package throws the callee's errors as Refusals.
 */
export class Refusal extends Error {
  readonly code: Status;
  readonly reason: ErrorReason;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly Violation[];
  readonly retryDelayMs: number | undefined;

  constructor(code: Status, reason: ErrorReason, message: string, details: RefusalDetails = {}) {
    const { metadata = {}, violations = [], retryDelayMs, cause } = details;
    // A refusal is an answer, not an accident: capturing its stack would cost more than making it.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message, cause === undefined ? undefined : { cause });
    Error.stackTraceLimit = limit;
    this.name = "Refusal";
    this.code = code;
    this.reason = reason;
    this.metadata = metadata;
    this.violations = violations;
    this.retryDelayMs = retryDelayMs;
  }
}

type Metadata = Readonly<Record<string, string>>;

const refusing =
  (code: Status) =>
  (reason: ErrorReason, message: string, metadata: Metadata = {}): Refusal =>
    new Refusal(code, reason, message, { metadata });

const refusingForNow =
  (code: Status) =>
  (reason: ErrorReason, message: string, retryDelayMs?: number, metadata: Metadata = {}): Refusal =>
    new Refusal(code, reason, message, { metadata, retryDelayMs });

/** How many violations a message spells out; the details name all of them. */
const violationsInMessage = 3;

function describe(violations: readonly Violation[]): string {
  const shown = violations
    .slice(0, violationsInMessage)
    .map(({ field, description }) => `${field}: ${description}`);
  const more = violations.length - shown.length;
  return `Invalid request. ${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

/** Makes the Refusals of each code; throw what they return. */
export const refuse = {
  /** INVALID_ARGUMENT: these fields break their rules. */
  invalid: (violations: readonly Violation[], reason: ErrorReason = ErrorReason.INVALID_FIELD) =>
    new Refusal(Status.INVALID_ARGUMENT, reason, describe(violations), { violations }),
  /** INVALID_ARGUMENT: this one field, named in proto form, breaks its rule. */
  invalidField: (field: string, description: string) => refuse.invalid([{ field, description }]),
  notFound: refusing(Status.NOT_FOUND),
  alreadyExists: refusing(Status.ALREADY_EXISTS),
  failedPrecondition: refusing(Status.FAILED_PRECONDITION),
  aborted: refusing(Status.ABORTED),
  outOfRange: refusing(Status.OUT_OF_RANGE),
  permissionDenied: refusing(Status.PERMISSION_DENIED),
  unauthenticated: refusing(Status.UNAUTHENTICATED),
  /** UNAVAILABLE: trying again later helps, after the delay in ms when one is given. */
  unavailable: refusingForNow(Status.UNAVAILABLE),
  /** RESOURCE_EXHAUSTED: too much work; try again after the delay in ms. */
  resourceExhausted: refusingForNow(Status.RESOURCE_EXHAUSTED),
} as const;

const namesOfReasons = new Map<number, string>(
  Object.entries(ErrorReason).map(([name, reason]) => [reason, name]),
);

/** The reason as google.rpc.ErrorInfo has it: its name without prefix. */
export const reasonName = (reason: ErrorReason): string =>
  namesOfReasons.get(reason) ?? "UNSPECIFIED";

/** The reason of that name; UNSPECIFIED for one that is not on the published list. */
export const reasonNamed = (name: string): ErrorReason =>
  Object.hasOwn(ErrorReason, name)
    ? ErrorReason[name as keyof typeof ErrorReason]
    : ErrorReason.UNSPECIFIED;
