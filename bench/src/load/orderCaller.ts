import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import {
  type CreateOrderRequest,
  type CreateOrderResponse,
  type GetOrderRequest,
  type GetOrderResponse,
  ListOrdersRequest,
  type ListOrdersResponse,
  OrderServiceDefinition,
} from "@waybill/contracts/order";
import { CallError } from "./callError.ts";

/** Answers later than this count as failures. */
const deadlineMs = 30_000;
/** More connections do not make the load generator cheaper. */
const channels = 4;

/** How one RPC is called on grpc-js. */
interface Rpc<Request, Response> {
  readonly path: string;
  readonly serialize: (request: Request) => Buffer;
  readonly deserialize: (bytes: Buffer) => Response;
}

interface Message<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

const rpc = <Request, Response>(method: {
  readonly name: string;
  readonly requestType: Message<Request>;
  readonly responseType: Message<Response>;
}): Rpc<Request, Response> => ({
  path: `/${OrderServiceDefinition.fullName}/${method.name}`,
  serialize: (request) => Buffer.from(method.requestType.encode(request).finish()),
  deserialize: (bytes) => method.responseType.decode(bytes),
});

const createOrder = rpc(OrderServiceDefinition.methods.createOrder);
const getOrder = rpc(OrderServiceDefinition.methods.getOrder);
const listOrders = rpc(OrderServiceDefinition.methods.listOrders);

/** Calls the order service. Rejects with CallError; nothing is repeated. */
export interface OrderCaller extends Disposable {
  createOrder(request: CreateOrderRequest): Promise<CreateOrderResponse>;
  getOrder(request: GetOrderRequest): Promise<GetOrderResponse>;
  /** Fields that are left out have their defaults. */
  listOrders(request: Partial<ListOrdersRequest>): Promise<ListOrdersResponse>;
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
  const call = <Request, Response>(
    { path, serialize, deserialize }: Rpc<Request, Response>,
    request: Request,
  ): Promise<Response> =>
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
          if (response === undefined) reject(callError(error as ServiceError));
          else resolve(response);
        },
      );
    });
  return {
    createOrder: (request) => call(createOrder, request),
    getOrder: (request) => call(getOrder, request),
    listOrders: (request) => call(listOrders, ListOrdersRequest.create(request)),
    [Symbol.dispose]: () => {
      for (const client of clients) client.close();
    },
  };
}

const callError = (error: ServiceError): CallError =>
  new CallError(status[error.code] ?? String(error.code), error.details, { cause: error });
