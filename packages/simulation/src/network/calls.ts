import { ErrorReason } from "@waybill/contracts/errors";
import { actingAs, operator } from "@waybill/identity";
import { fromFailure, Refusal, refusalOf, refuse, Status, toFailure } from "@waybill/rpc";
import type { Owner, Scheduler } from "../engine/scheduler.ts";
import type { Chaos } from "../world/chaos.ts";
import type { Handlers } from "../world/process.ts";

/** How long a caller waits for an answer. Unit: ms. */
const deadlineMs = 2_500;

/** The parts of a generated service definition that are needed to copy what is sent. */
export interface Definition {
  readonly methods: Readonly<
    Record<string, { readonly requestType: MessageType; readonly responseType: MessageType }>
  >;
}

interface MessageType {
  fromPartial(object: never): unknown;
}

/** Where calls arrive: a process, whichever incarnation is up. */
export interface Callee {
  readonly owner: Owner;
  readonly handlers: Handlers | undefined;
}

/** Is told of what a callee was asked and has answered; `askedAt` counts arrivals. */
export type Overhear = (call: {
  readonly rpc: string;
  readonly request: unknown;
  readonly response: unknown;
  readonly arrivedAtStep: number;
}) => void;

export interface CallParts {
  readonly scheduler: Scheduler;
  readonly chaos: Chaos;
  readonly world: Owner;
  readonly overhear: Overhear;
  /** A handler has thrown what is no refusal. */
  readonly onUnexpected: (rpc: string, error: unknown) => void;
  readonly trace: (line: () => string) => void;
}

const away = (why: string): Refusal => refuse.unavailable(ErrorReason.CALLEE_UNAVAILABLE, why);

/**
 * A client of a service as the caller has it: messages are copied, delayed, lost or doubled on their way, and overtake each other. A caller that
 * gets no answer in time is told that it is late, whatever became of the call.
 */
export function clientOf<Client>(
  parts: CallParts,
  caller: Owner,
  callee: Callee,
  definition: Definition,
): Client {
  const methods = Object.entries(definition.methods).map(([name, types]) => {
    const { requestType, responseType } = types;
    const method = { name, requestType, responseType };
    const call = (request: unknown) => send(parts, caller, callee, method, request);
    return [name, call];
  });
  return Object.fromEntries(methods) as Client;
}

interface Method {
  readonly name: string;
  readonly requestType: MessageType;
  readonly responseType: MessageType;
}

function send(
  parts: CallParts,
  caller: Owner,
  callee: Callee,
  method: Method,
  request: unknown,
): Promise<unknown> {
  const { scheduler, chaos, world, trace } = parts;
  return new Promise((resolve, reject) => {
    const late = scheduler.enter(caller, deadlineMs, () =>
      reject(new Refusal(Status.DEADLINE_EXCEEDED, ErrorReason.UNSPECIFIED, "no answer in time")),
    );
    const answer = (settle: () => void): void => {
      if (chaos.losesMessage()) return;
      scheduler.enter(caller, chaos.messageMs(), () => {
        late.cancel();
        settle();
      });
    };
    const arrive = (): void => {
      const copy = method.requestType.fromPartial(request as never);
      if (callee.handlers === undefined) {
        answer(() => reject(away("the callee is down")));
      } else if (callee.owner.pausedUntil > scheduler.now) {
        scheduler.enter(world, callee.owner.pausedUntil - scheduler.now, arrive);
      } else {
        trace(() => `${caller.name} → ${callee.owner.name} ${method.name} ${inShort(copy)}`);
        scheduler.as(callee.owner, () =>
          handle(parts, callee.handlers as Handlers, method, copy, {
            done: (response) => answer(() => resolve(response)),
            failed: (error) => {
              if (refusalOf(error) === undefined) parts.onUnexpected(method.name, error);
              answer(() => reject(fromFailure(toFailure(error))));
            },
          }),
        );
      }
    };
    for (const inMs of chaos.arrivals()) scheduler.enter(world, inMs, arrive);
  });
}

interface Settling {
  readonly done: (response: unknown) => void;
  readonly failed: (error: unknown) => void;
}

function handle(
  { overhear, scheduler }: CallParts,
  handlers: Handlers,
  { name, responseType }: Method,
  request: unknown,
  { done, failed }: Settling,
): void {
  const handler = handlers[name];
  if (handler === undefined) throw new Error(`${name} is not served`);
  const arrivedAtStep = scheduler.steps;
  const call = { signal: new AbortController().signal };
  const work = async () => handler(request as never, call);
  actingAs(operator, work).then((raw) => {
    const response = responseType.fromPartial(raw as never);
    overhear({ rpc: name, request, response, arrivedAtStep });
    done(response);
  }, failed);
}

/** A message in one line. */
export const inShort = (message: unknown): string =>
  (JSON.stringify(message, textOfBigint) ?? "nothing").slice(0, longestInShort);

const longestInShort = 300;

const textOfBigint = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? `${value}` : value;
