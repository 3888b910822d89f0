import type { HttpAnswer } from "../send/httpRequest.ts";
import type { Outcome } from "./outcome.ts";

const UNAVAILABLE = 503;
const TOO_LATE = 504;

/** Whether a route may answer like that. */
export function judgeRoute({ end, text, headers }: HttpAnswer): Outcome {
  if (typeof end === "string") return { answer: end, wrong: `${end}: ${text}` };
  const answer = String(end);
  const wrong = wrongOf(end, text, headers["retry-after"]);
  if (wrong === undefined) return { answer };
  return { answer, wrong: `${answer}: ${wrong}`, mayPass: end === UNAVAILABLE || end === TOO_LATE };
}

function wrongOf(status: number, text: string, retryAfter: string | undefined): string | undefined {
  const isAnnounced = status === UNAVAILABLE && retryAfter !== undefined && isAsking(text);
  if (status >= 500 && !isAnnounced) return text;
  if (status >= 400 && !isProblem(text)) return `not the body that errors have: ${text}`;
  return undefined;
}

/** Reasons of 503 that ask to come again, and tell of no trouble. */
const asking = new Set(["OVERLOADED", "TRY_PENDING", "RATE_LIMITED"]);

const isAsking = (text: string): boolean => asking.has(String(parsed(text)?.reason));

function isProblem(text: string): boolean {
  const { error, status, reason, fields, traceId } = parsed(text) ?? {};
  const texts = [error, reason, traceId].every((part) => typeof part === "string");
  return texts && typeof status === "number" && Array.isArray(fields);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
