import createClient from "openapi-fetch";
import { noteServerTime } from "./clock.ts";
import type { components, paths } from "./gen/api.ts";
import { currentToken, currentUser, endSession } from "./session.ts";

export type Order = components["schemas"]["Order"];
export type Item = components["schemas"]["Item"];
export type Problem = components["schemas"]["Problem"];
export type Process = components["schemas"]["Process"];
export type DeadLetter = components["schemas"]["DeadLetter"];
export type Transition = components["schemas"]["Transition"];

/** Longer than the gateway takes for any answer. Unit: ms. */
const patienceMs = 30_000;

/** The gateway's API, typed by its own document. */
export const api = createClient<paths>({
  baseUrl: "/",
  fetch: (request) =>
    fetch(request, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(patienceMs)]),
    }),
});

/** The one thing that is asked for by whoever is not logged in; sessions have calls of their own. */
const registering = "/api/users";

api.use({
  async onRequest({ request, schemaPath }) {
    const asking = currentUser();
    const token = await currentToken();
    // Renewed meanwhile, the session may be another's, who has logged in in another tab.
    if (schemaPath !== registering && asking !== undefined && asking !== currentUser())
      throw new Error("Whoever asked is not logged in any more.");
    if (token !== undefined) request.headers.set("authorization", `Bearer ${token}`);
    else if (schemaPath !== registering) throw new Error("Nobody is logged in any more.");
    return request;
  },
  onResponse({ response }) {
    noteServerTime(response.headers.get("date"));
    if (response.status === 401) endSession(); // Revoked, or signed by a key that is no longer good.
  },
});

/** An answer that is an error, in words, with what finds it in the logs. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string | undefined;
  readonly traceId: string | undefined;

  constructor(status: number, problem: Partial<Problem> | undefined) {
    const fields = problem?.fields?.map(({ field, description }) => `${field}: ${description}`);
    const what = problem?.error ?? "The gateway does not answer.";
    super(fields?.length ? `${what} (${fields.join("; ")})` : what);
    this.status = status;
    this.reason = problem?.reason;
    this.traceId = problem?.traceId;
  }
}

/** Answers below 500 that are not given by whoever does what is asked. */
const notByTheDoer = [401, 408, 429];

/** Whether an error leaves open what was done: nothing was answered, or not by whoever does it. */
export const isUnknown = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.status >= 500 || notByTheDoer.includes(error.status);

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** What was answered; throws an ApiError. */
export async function answered<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw new ApiError(response.status, error as Partial<Problem> | undefined);
}

/** What may not exist yet: null instead of an error. */
export const ifAny = <T>(call: Promise<T>): Promise<T | null> =>
  call.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  });

export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | undefined;
}

/** A list's page; what leads to the next one is in the Link header. */
export async function page<T>(call: Promise<Answer<readonly T[]>>): Promise<Page<T>> {
  const { response, ...rest } = await call;
  const rows = await answered<readonly T[]>(Promise.resolve({ ...rest, response }));
  const link = /<([^>]*)>/.exec(response.headers.get("link") ?? "")?.[1];
  const next =
    link === undefined ? null : new URL(link, location.origin).searchParams.get("pageToken");
  return { rows, next: next ?? undefined };
}
