import { type DescMethod, fromBinary, type Message, toJsonString } from "@bufbuild/protobuf";
import { Status } from "@waybill/rpc";
import type { GrpcAnswer } from "../send/grpcCall.ts";
import { isAnnounced } from "./announced.ts";
import { isDecodable } from "./isDecodable.ts";
import type { Outcome } from "./outcome.ts";

/** What an RPC was sent and how it was answered. */
export interface JudgedRpc {
  readonly method: DescMethod;
  readonly sent: Uint8Array;
  /** The input has set a deadline of its own. */
  readonly hasTimeout: boolean;
  readonly answer: GrpcAnswer;
}

/** Codes that say that the server is at fault. */
const faults: ReadonlySet<Status> = new Set([
  Status.UNKNOWN,
  Status.INTERNAL,
  Status.DATA_LOSS,
  Status.UNIMPLEMENTED,
]);

/** Codes that an input earns only by its own deadline. */
const late: ReadonlySet<Status> = new Set([Status.DEADLINE_EXCEEDED, Status.CANCELLED]);

/** Whether an RPC may be answered like that. */
export function judgeRpc(judged: JudgedRpc): Outcome {
  const { end, text } = judged.answer;
  if (end === "still open") return { answer: end };
  if (typeof end === "string") return { answer: end, wrong: `${end}: ${text}` };
  const answer = Status[end] ?? `code ${end}`;
  const isUndecodable = !isDecodable(judged.method.input, judged.sent);
  const wrong = wrongOf(judged, end, isUndecodable);
  if (wrong === undefined) return { answer, isUndecodable };
  const mayPass = late.has(end) || end === Status.UNAVAILABLE;
  return { answer, isUndecodable, wrong: `${answer}: ${wrong}`, mayPass };
}

function wrongOf(judged: JudgedRpc, code: Status, isUndecodable: boolean): string | undefined {
  const { details } = judged.answer;
  const text = decodeURIComponent(judged.answer.text);
  if (code === Status.OK) return wrongResponse(judged);
  if (code === Status.INTERNAL && isUndecodable) return undefined;
  if (faults.has(code)) return text;
  if (late.has(code) && !judged.hasTimeout) return text;
  if (code === Status.UNAVAILABLE && !isAnnounced(details)) return text;
  return Status[code] === undefined ? text : undefined;
}

/** What is wrong with a response: it is missing, or an element of a batch failed by the server's fault. */
function wrongResponse({ method, answer }: JudgedRpc): string | undefined {
  if (answer.message === undefined)
    return method.methodKind === "server_streaming" ? undefined : "no message";
  const response = fromBinary(method.output, answer.message) as Message & { results?: unknown };
  const { results } = response;
  if (!Array.isArray(results)) return undefined;
  const failed = results.find(isFault);
  if (failed === undefined) return undefined;
  const shown = { ...response, results: [failed] } as Message;
  return `an element was answered ${toJsonString(method.output, shown)}`;
}

interface Result {
  readonly result?: { readonly case?: string; readonly value?: { readonly code: Status } };
}

const isFault = ({ result }: Result): boolean =>
  result?.case === "failure" && result.value !== undefined && faults.has(result.value.code);
