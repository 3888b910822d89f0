import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { watchWrites } from "../src/nats/watchWrites.ts";

const everyMs = 5;
const writeError = "JetStream stream '$G > ORDERS' write error: no space left on device";

/** A server that answers its health checks as told, and a process that can be retired. */
async function watched(answers: readonly (string | undefined)[]) {
  let asked = 0;
  const enough = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<number>();
  const problems: string[] = [];
  const server = createServer((_request, response) => {
    const error = answers[asked++];
    if (asked === answers.length + 1) enough.resolve();
    response.end(JSON.stringify(error === undefined ? { status: "ok" } : { error }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const daemon = {
    ended: ended.promise,
    retire: async (problem: string) => {
      problems.push(problem);
    },
  };
  watchWrites(daemon, (server.address() as AddressInfo).port, everyMs);
  await enough.promise;
  ended.resolve(0);
  server.closeAllConnections();
  server.close();
  return problems;
}

describe("a message server that cannot write", () => {
  it("is retired once when it says so three times in a row", async () => {
    expect(await watched(Array(6).fill(writeError))).to.deep.equal([writeError]);
  });

  it("is left alone when it recovers before", async () => {
    expect(await watched([writeError, writeError, undefined, writeError])).to.deep.equal([]);
  });

  it("is left alone when it has other troubles", async () => {
    expect(await watched(Array(6).fill("JetStream is not current"))).to.deep.equal([]);
  });
});
