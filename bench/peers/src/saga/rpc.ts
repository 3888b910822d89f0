import {
  Client,
  credentials,
  type handleUnaryCall,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from "@grpc/grpc-js";

/** Answers later than this count as failures. */
const deadlineMs = 30_000;

/** By the method's name. */
export type Handlers = Readonly<Record<string, (request: never) => Promise<object>>>;

const encode = (message: object): Buffer => Buffer.from(JSON.stringify(message));
const decode = (bytes: Buffer): object => JSON.parse(bytes.toString()) as object;

const method = (service: string, name: string): MethodDefinition<object, object> => ({
  path: `/peers.${service}/${name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
});

/** Serves unary calls whose messages are JSON, on the loopback address. */
export async function serveRpcs(service: string, handlers: Handlers, port: number): Promise<void> {
  const server = new Server();
  const names = Object.keys(handlers);
  const definition = Object.fromEntries(names.map((name) => [name, method(service, name)]));
  const implementation: Record<string, handleUnaryCall<object, object>> = {};
  for (const [name, handle] of Object.entries(handlers))
    implementation[name] = ({ request }, answer) => {
      handle(request as never).then(
        (response) => answer(null, response),
        (error) => answer({ code: status.INTERNAL, details: String(error) }),
      );
    };
  server.addService(definition, implementation);
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
}

/** Calls a service. Rejects with the error; nothing is repeated. */
export interface RpcClient extends Disposable {
  call<Response>(name: string, request: object): Promise<Response>;
}

export function rpcClient(service: string, port: number): RpcClient {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.enable_channelz": 0,
  });
  return {
    call: <Response>(name: string, request: object) =>
      new Promise<Response>((resolve, reject) => {
        const done = (error: ServiceError | null, response?: object) =>
          error === null ? resolve(response as Response) : reject(error);
        const deadline = Date.now() + deadlineMs;
        client.makeUnaryRequest(
          method(service, name).path,
          encode,
          decode,
          request,
          { deadline },
          done,
        );
      }),
    [Symbol.dispose]: () => client.close(),
  };
}
