import { connect } from "node:net";

/** How a connection is left: its end told, torn, or half of it closed at once and the other half once the server was seen to serve. */
export type Leaving = "end" | "reset" | "half-open";

/** Connections that a server does not answer are given up. Unit: ms. */
const CONNECT_MS = 10_000;

/**
 * Sends bytes to a port over a connection of their own, waits until `served` says that the server serves others, and leaves. Resolves
 * with what `served` says. Never rejects for what becomes of the connection.
 */
export function sendBytes(
  address: string,
  bytes: Uint8Array,
  leaving: Leaving,
  served: () => Promise<boolean>,
): Promise<boolean> {
  const [host, port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), allowHalfOpen: true, timeout: CONNECT_MS });
    socket.resume();
    socket.on("error", () => {}); // The server may close it whenever it likes.
    const ask = () => {
      if (leaving === "half-open") socket.end();
      served().then((answer) => {
        if (leaving === "reset") socket.resetAndDestroy();
        else socket.destroy();
        resolve(answer);
      });
    };
    socket.once("connect", () => socket.write(bytes, ask));
    socket.once("timeout", () => socket.destroy());
    socket.once("close", () => served().then(resolve));
  });
}
