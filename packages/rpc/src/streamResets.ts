import http2 from "node:http2";

/**
 * How many calls a connection's peer may give up per second, and how many at once. Node's own limits, 33 and 1,000, are meant for the public: it closes
 * the connection, and every other call on it fails with INTERNAL, as soon as a thousand watchers leave, or calls time out for half a minute. These are more
 * than a process takes calls, and still bound what somebody can have it do who does nothing else.
 */
const limits = { streamResetRate: 10_000, streamResetBurst: 50_000 } as const;

type OnRequest = (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void;

const { createServer } = http2;

/** Has the HTTP/2 servers that are made from now on bear callers that give up. grpc-js asks Node for its server by this function, and has no option for it. */
export function bearResets(): void {
  http2.createServer = ((options: http2.ServerOptions | OnRequest = {}, onRequest?: OnRequest) =>
    typeof options === "function"
      ? createServer(limits, options)
      : createServer({ ...limits, ...options }, onRequest)) as typeof createServer;
}
