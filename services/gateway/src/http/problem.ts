import { ErrorReason } from "@waybill/contracts/errors";
import { type Refusal, reasonName, refusalOf, Status } from "@waybill/rpc";
import { z } from "zod";

/** The body of every answer that is an error. */
export const problemBody = z
  .object({
    error: z.string().meta({ description: "What happened and what would help, for people" }),
    status: z.int().meta({ description: "The HTTP status" }),
    reason: z.string().meta({
      description: "For programs: a reason of the contracts' list, or one of the gateway's own",
    }),
    fields: z
      .array(z.object({ field: z.string(), description: z.string() }))
      .meta({ description: "The fields that are wrong" }),
    traceId: z.string().meta({ description: "Names this request in logs and traces" }),
  })
  .meta({ id: "Problem" });

export type ProblemBody = z.output<typeof problemBody>;

/** Reasons of the gateway itself, where no service was asked. */
export type OwnReason =
  | "RATE_LIMITED"
  | "OVERLOADED"
  | "ROUTE_NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "BODY_TOO_LARGE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "MALFORMED_REQUEST"
  | "CROSS_SITE"
  | "REQUEST_TIMEOUT"
  | "HEADERS_TOO_LARGE"
  | "SHUTTING_DOWN";

/** An answer that the gateway gives by itself. */
export class Problem extends Error {
  readonly status: number;
  readonly reason: OwnReason;
  /** Unit: seconds. */
  readonly retryAfterS: number | undefined;

  constructor(status: number, reason: OwnReason, message: string, retryAfterS?: number) {
    super(message);
    this.name = "Problem";
    this.status = status;
    this.reason = reason;
    this.retryAfterS = retryAfterS;
  }
}

/** The HTTP status of each gRPC code. A client that has hung up reads no 499. */
const statusOfCode: Readonly<Record<Status, number>> = {
  [Status.OK]: 200,
  [Status.CANCELLED]: 499,
  [Status.UNKNOWN]: 500,
  [Status.INVALID_ARGUMENT]: 400,
  [Status.DEADLINE_EXCEEDED]: 504,
  [Status.NOT_FOUND]: 404,
  [Status.ALREADY_EXISTS]: 409,
  [Status.PERMISSION_DENIED]: 403,
  [Status.RESOURCE_EXHAUSTED]: 429,
  [Status.FAILED_PRECONDITION]: 400,
  [Status.ABORTED]: 409,
  [Status.OUT_OF_RANGE]: 400,
  [Status.UNIMPLEMENTED]: 501,
  [Status.INTERNAL]: 500,
  [Status.UNAVAILABLE]: 503,
  [Status.DATA_LOSS]: 500,
  [Status.UNAUTHENTICATED]: 401,
};

/** Reasons that HTTP has a better status for than their code's. */
const statusOfReason: ReadonlyMap<ErrorReason, number> = new Map<ErrorReason, number>([
  [ErrorReason.OVERLOADED, 503], // The service is saturated, not this client too eager.
  [ErrorReason.DRIVEN_BY_SERVICE, 409],
]);

/** What is answered to an error, and what the client should wait before it comes again. */
export interface Answer {
  readonly status: number;
  readonly body: Omit<ProblemBody, "traceId">;
  /** Unit: seconds. */
  readonly retryAfterS: number | undefined;
}

/** What fields of the contracts are called in a route's request, where it calls them otherwise: the first that matches. */
export type FieldNames = readonly (readonly [contract: RegExp, here: string])[];

/** The answer to an error; undefined for one that nobody has foreseen. */
export function answerTo(error: unknown, names: FieldNames = []): Answer | undefined {
  if (error instanceof Problem) {
    const { status, reason, message, retryAfterS } = error;
    return { status, body: { error: message, status, reason, fields: [] }, retryAfterS };
  }
  const refusal = refusalOf(error);
  return refusal === undefined ? undefined : answerToRefusal(refusal, names);
}

function answerToRefusal(refusal: Refusal, names: FieldNames): Answer {
  const { code, reason, violations, retryDelayMs } = refusal;
  const status = statusOfReason.get(reason) ?? statusOfCode[code] ?? 500;
  const waits = retryDelayMs !== undefined || status === 503 || status === 429;
  return {
    status,
    body: {
      error: textOf(status, refusal),
      status,
      reason: reason === ErrorReason.UNSPECIFIED ? (Status[code] ?? "UNKNOWN") : reasonName(reason),
      fields: violations.map(({ field, description }) => ({
        field: named(camelCase(field), names),
        description,
      })),
    },
    retryAfterS: waits ? Math.max(1, Math.ceil((retryDelayMs ?? 0) / 1_000)) : undefined,
  };
}

/** What is said of failures whose own text may tell addresses and other things of the inside. */
const outsideTexts: Readonly<Record<number, string>> = {
  500: "Internal error",
  503: "A service that is needed does not answer; try again later",
  504: "A service that is needed did not answer in time",
};

/** Reasons of failures on the way to a service; what services say themselves is written for clients. */
const insideReasons: ReadonlySet<ErrorReason> = new Set<ErrorReason>([
  ErrorReason.UNSPECIFIED,
  ErrorReason.CALLEE_UNAVAILABLE,
]);

function textOf(status: number, { reason, message }: Refusal): string {
  return insideReasons.has(reason) ? (outsideTexts[status] ?? message) : message;
}

function named(field: string, names: FieldNames): string {
  const [contract, here] = names.find(([contract]) => contract.test(field)) ?? [];
  return contract === undefined || here === undefined ? field : field.replace(contract, here);
}

/** The contracts' ship_to.postal_code is shipTo.postalCode here; the rest reads as it is. */
const camelCase = (path: string): string =>
  path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The answer to an error that nobody has foreseen: its text belongs into the log. */
export const internalAnswer: Answer = {
  status: 500,
  body: { error: "Internal error", status: 500, reason: "INTERNAL", fields: [] },
  retryAfterS: undefined,
};
