import { connect } from "node:http2";

const PROBE_MS = 1_000;
const NO_MESSAGE = Buffer.alloc(5); // A gRPC frame: not compressed, no bytes. It asks for the health of the whole server.
const SERVING = Buffer.from([0x08, 0x01]); // HealthCheckResponse { status: SERVING }

/**
 * Whether the gRPC server at this address says that it serves (grpc.health.v1). One request over bare HTTP/2, so that whoever only wants
 * PostgreSQL and NATS for a test does not load a gRPC library.
 */
export function isServing(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const answer = (serving: boolean) => {
      session.destroy();
      resolve(serving);
    };
    session.once("error", () => answer(false));
    session.setTimeout(PROBE_MS, () => answer(false));
    const call = session.request({
      ":method": "POST",
      ":path": "/grpc.health.v1.Health/Check",
      "content-type": "application/grpc",
      te: "trailers",
    });
    const received: Buffer[] = [];
    call.on("data", (data: Buffer) => received.push(data));
    call.once("error", () => answer(false));
    call.once("close", () => answer(Buffer.concat(received).subarray(5).equals(SERVING)));
    call.end(NO_MESSAGE);
  });
}

/** Whether the HTTP server at this address says at /readyz that it takes requests. */
export async function isReady(address: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_MS);
    const { status, body } = await fetch(`http://${address}/readyz`, { signal });
    await body?.cancel();
    return status === 200;
  } catch {
    return false;
  }
}
