import { execFile } from "node:child_process";
import { promises as dns, type LookupAllOptions } from "node:dns";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import { ErrorReason } from "@waybill/contracts/errors";
import { expect } from "chai";
import { createChannel, createClient as createRawClient } from "nice-grpc";
import type { ClientError } from "nice-grpc-common";
import { HealthDefinition } from "nice-grpc-server-health";
import { Status } from "../src/index.ts";
import {
  aborted,
  clientOf,
  type Handlers,
  keptLog,
  refusalFrom,
  serve,
  timed,
  until,
} from "./support.ts";

const service = "waybill.status.v1.StatusService";
const serving = 1;
const notServing = 2;
const getStatus: Handlers["getStatus"] = async ({ orderId }) => ({ status: { orderId } });

describe("connections that grow old", () => {
  it("are replaced, and no caller notices", async () => {
    const peers = new Set<string>();
    await using server = await serve(
      {
        getStatus: async ({ orderId }, { peer }) => {
          peers.add(peer);
          return { status: { orderId } };
        },
      },
      { maxConnectionAgeMs: 100 },
    );
    await using client = clientOf(server.address, { channels: 1 });
    await until(async () => {
      await client.getStatus({ orderId: "a" });
      return peers.size >= 3;
    });
  });
});

describe("a name", () => {
  it("is looked up again when what it led to has gone, also soon after it was looked up", async () => {
    using name = nameLeadingTo("127.0.0.1");
    const first = await serve({ getStatus });
    const { port } = first;
    await using client = clientOf(`${name.host}:${port}`, { channels: 1 });
    await client.getStatus({ orderId: "a" });
    await using _second = await serve({ getStatus }, { host: "127.0.0.2", port });
    name.leadsTo("127.0.0.2");
    await first.drain();
    await until(async () => {
      const answer = await client.getStatus({ orderId: "a" }).catch(() => undefined);
      return answer !== undefined;
    }, lookedUpWithinMs);
  });
});

/** By itself grpc-js would not look again for 30 s. */
const lookedUpWithinMs = 15_000;

/** A name that this process finds where the test says. */
function nameLeadingTo(address: string) {
  const host = "moving.test";
  const { lookup } = dns;
  let addresses = [{ address, family: 4 }];
  const found = async (hostname: string, options: LookupAllOptions) =>
    hostname === host ? addresses : lookup(hostname, options);
  dns.lookup = found as typeof lookup;
  return {
    host,
    leadsTo: (next: string) => {
      addresses = [{ address: next, family: 4 }];
    },
    [Symbol.dispose]: () => {
      dns.lookup = lookup;
    },
  };
}

describe("health", () => {
  /** A raw client of the health service. */
  function healthOf(address: string) {
    const channel = createChannel(address);
    const client = createRawClient(HealthDefinition, channel);
    return Object.assign(client, { [Symbol.dispose]: () => channel.close() });
  }

  it("is told for the server as a whole and for each service", async () => {
    await using server = await serve({ getStatus });
    using health = healthOf(server.address);
    expect(await health.check({ service: "" })).to.deep.equal({ status: serving });
    expect(await health.check({ service })).to.deep.equal({ status: serving });
    const unknown = await health.check({ service: "no.such.Service" }).catch((error) => error);
    expect((unknown as ClientError).code).to.equal(Status.NOT_FOUND);
  });

  it("is watched until the server drains", async () => {
    const server = await serve({ getStatus });
    using health = healthOf(server.address);
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { status } of health.watch({ service })) seen.push(status);
    })().catch((error) => error);
    await until(() => seen.length === 1);
    await server.drain();
    expect(((await watching) as ClientError).code).to.equal(Status.UNAVAILABLE);
    expect(seen).to.deep.equal([serving, notServing]);
  });

  it("is NOT_SERVING until the service says otherwise", async () => {
    const { startServer } = await import("../src/index.ts");
    const { logger } = keptLog();
    await using server = await startServer({
      name: "t",
      host: "127.0.0.1",
      port: 0,
      services: [],
      logger,
    });
    using health = healthOf(server.address);
    expect(await health.check({ service: "" })).to.deep.equal({ status: notServing });
    server.serve();
    expect(await health.check({ service: "" })).to.deep.equal({ status: serving });
  });
});

describe("reflection", () => {
  const buf = createRequire(import.meta.url).resolve("@bufbuild/buf/bin/buf");
  const curl = async (address: string, path: string, body: string) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        buf,
        "curl",
        "--protocol",
        "grpc",
        "--http2-prior-knowledge",
        `http://${address}/${path}`,
        "-d",
        body,
      ],
      { cwd: "/" },
    );
    return JSON.parse(stdout);
  };

  it("lets buf curl call without a schema at hand", async () => {
    await using server = await serve({ getStatus });
    const answer = await curl(server.address, `${service}/GetStatus`, '{"orderId":"o-1"}');
    expect(answer).to.deep.equal({ status: { orderId: "o-1" } });
  });

  it("lets buf curl ask for health", async () => {
    await using server = await serve({ getStatus });
    const answer = await curl(server.address, "grpc.health.v1.Health/Check", "{}");
    expect(answer).to.deep.equal({ status: "SERVING" });
  });

  for (const version of ["v1", "v1alpha"]) {
    it(`answers ${version}`, async () => {
      await using server = await serve({ getStatus });
      const identity = (bytes: Buffer) => bytes;
      const Reflection = makeGenericClientConstructor(
        {
          info: {
            path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
            requestStream: true,
            responseStream: true,
            requestSerialize: identity,
            requestDeserialize: identity,
            responseSerialize: identity,
            responseDeserialize: identity,
          },
        },
        "Reflection",
      );
      const client = new Reflection(server.address, credentials.createInsecure());
      const stream = client.info?.();
      const listServices = Buffer.from([0x3a, 0x01, 0x2a]); // list_services = "*"
      const answer = await new Promise<Buffer>((resolve, reject) => {
        stream.on("data", resolve).on("error", reject);
        stream.write(listServices);
      });
      stream.end();
      client.close();
      expect(answer.toString("latin1")).to.contain(service);
    });
  }
});

describe("draining", () => {
  it("lets calls in flight finish and takes no more", async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    let entered = false;
    const slow: Handlers["getStatus"] = async () => {
      entered = true;
      await gate;
      return { status: { orderId: "done" } };
    };
    const server = await serve({ getStatus: slow });
    await using client = clientOf(server.address, { attempts: 1 });
    const inFlight = client.getStatus({});
    await until(() => entered);
    const drained = server.drain();
    await until(async () => (await refusalFrom(client.getStatus({}))).code === Status.UNAVAILABLE);
    open();
    expect((await inFlight).status?.orderId).to.equal("done");
    await drained;
  });

  it("cancels what does not finish in time, and says so", async () => {
    const { logger, lines } = keptLog();
    let signalled = false;
    const stuck: Handlers["getStatus"] = async (_, { signal }) => {
      await aborted(signal);
      signalled = true;
      return {};
    };
    const server = await serve({ getStatus: stuck }, { drainMs: 100, logger });
    await using client = clientOf(server.address, { attempts: 1 });
    const call = refusalFrom(client.getStatus({}));
    await until(async () => (await clientSees(server.address)) === serving);
    expect(await timed(server.drain())).to.be.within(90, 1_000);
    expect((await call).code).to.equal(Status.UNAVAILABLE);
    expect(lines.map(({ level }) => level)).to.deep.equal(["warn"]);
    await until(() => signalled);
  });

  it("ends streams, so that their callers turn to another replica", async () => {
    const watchStatuses: Handlers["watchStatuses"] = async function* (_, { signal }) {
      yield { position: "1" };
      await aborted(signal);
      signal.throwIfAborted();
    };
    const server = await serve({ watchStatuses });
    await using client = clientOf(server.address);
    const stream = client.watchStatuses({})[Symbol.asyncIterator]();
    await stream.next();
    const end = refusalFrom(stream.next());
    expect(await timed(server.drain())).to.be.below(1_000);
    expect(await end).to.include({ code: Status.UNAVAILABLE, reason: ErrorReason.SHUTTING_DOWN });
  });

  it("is done once, however often it is asked for", async () => {
    const server = await serve({ getStatus });
    await Promise.all([server.drain(), server.drain(), server[Symbol.asyncDispose]()]);
  });
});

/** What the server's health check answers. */
async function clientSees(address: string): Promise<number> {
  const channel = createChannel(address);
  try {
    return (await createRawClient(HealthDefinition, channel).check({ service: "" })).status;
  } finally {
    channel.close();
  }
}

describe("a port that is taken", () => {
  it("is said clearly", async () => {
    await using server = await serve({ getStatus });
    const error = await serve({ getStatus }, { port: server.port }).catch((thrown) => thrown);
    expect(String(error)).to.contain(`Cannot listen on 127.0.0.1:${server.port}`);
  });
});
