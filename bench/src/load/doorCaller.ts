import { Agent, type IncomingMessage, request } from "node:http";
import type { CreateOrderRequest } from "@waybill/contracts/order";
import { CallError } from "./callError.ts";

/** Answers later than this count as failures. */
const deadlineMs = 30_000;

/** Asks the gateway over HTTP. Rejects with CallError; nothing is repeated. */
export interface DoorCaller extends Disposable {
  /** Reads an order. */
  get(orderId: string): Promise<void>;
  /** Places an order; answers its id. */
  place(order: CreateOrderRequest): Promise<string>;
}

/** A client right on node:http, with so many connections at most that are kept. */
export function doorCaller(address: string, token: string, connections: number): DoorCaller {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const [host, port] = address.split(":");
  const common = { host, port, agent, timeout: deadlineMs };
  const authorization = `Bearer ${token}`;
  const ask = (method: string, path: string, headers: object, body?: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(new CallError("no answer", error.message));
      const asked = request(
        { ...common, method, path, headers: { authorization, ...headers } },
        (answer) => read(answer).then(resolve, reject),
      );
      asked.on("error", fail);
      asked.on("timeout", () => asked.destroy(new Error(`not within ${deadlineMs} ms`)));
      asked.end(body);
    });
  return {
    get: async (orderId) => {
      JSON.parse(await ask("GET", `/api/orders/${orderId}`, {}));
    },
    place: async (order) => {
      const body = JSON.stringify({ order: bodyOf(order) });
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "idempotency-key": order.requestId,
      };
      return JSON.parse(await ask("POST", "/api/orders", headers, body)).orderId;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** The text of an answer that is none of an error. */
async function read(answer: IncomingMessage): Promise<string> {
  answer.setEncoding("utf8");
  let text = "";
  for await (const part of answer) text += part;
  const { statusCode = 0 } = answer;
  if (statusCode >= 200 && statusCode < 300) return text;
  throw new CallError(String(statusCode), text.slice(0, 200));
}

/** The order as the gateway asks for it. */
const bodyOf = ({ userId, lines, paymentMethod, shipTo }: CreateOrderRequest) => ({
  userId,
  items: lines.map(({ itemId, quantity }) => ({ itemId, quantity })),
  paymentMethod,
  shipTo,
});
