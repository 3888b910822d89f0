import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import {
  type CreateOrderRequest,
  type CreateOrderResponse,
  OrderServiceDefinition,
} from "@waybill/contracts/order";

/** Answers later than this count as failures. */
const deadlineMs = 30_000;
/** More connections do not make the load generator cheaper. */
const channels = 4;

const { createOrder } = OrderServiceDefinition.methods;
const path = `/${OrderServiceDefinition.fullName}/${createOrder.name}`;
const serialize = (request: CreateOrderRequest): Buffer =>
  Buffer.from(createOrder.requestType.encode(request).finish());
const deserialize = (bytes: Buffer): CreateOrderResponse => createOrder.responseType.decode(bytes);

/** An order was not accepted. */
export class CallError extends Error {
  override readonly name = "CallError";
  /** The status code's name: "UNAVAILABLE". */
  readonly code: string;

  constructor(error: ServiceError) {
    super(error.details, { cause: error });
    this.code = status[error.code] ?? String(error.code);
  }
}

/** Calls CreateOrder. Rejects with CallError; nothing is repeated. */
export interface OrderCaller extends Disposable {
  createOrder(request: CreateOrderRequest): Promise<CreateOrderResponse>;
}

/**
 * A client without policies, spans or middleware, right on grpc-js: the load generator shares the machine with what it measures, so
 * each call should cost as little as it can. The addresses are those of all replicas, separated by commas.
 */
export function orderCaller(addresses: string, token: string): OrderCaller {
  const target = `ipv4:${addresses}`; // Several are called in turn.
  const clients = Array.from(
    { length: channels },
    () =>
      new Client(target, credentials.createInsecure(), {
        "grpc.use_local_subchannel_pool": 1, // Otherwise all of them share one connection.
        "grpc.enable_channelz": 0,
        "grpc.service_config": '{"loadBalancingConfig":[{"round_robin":{}}]}',
      }),
  );
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  let turn = 0;
  return {
    createOrder: (request) =>
      new Promise((resolve, reject) => {
        turn = (turn + 1) % clients.length;
        const options = { deadline: Date.now() + deadlineMs };
        clients[turn]?.makeUnaryRequest(
          path,
          serialize,
          deserialize,
          request,
          metadata,
          options,
          (error, response) => {
            if (response === undefined) reject(new CallError(error as ServiceError));
            else resolve(response);
          },
        );
      }),
    [Symbol.dispose]: () => {
      for (const client of clients) client.close();
    },
  };
}
