import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@waybill/chassis";
import {
  StatusServiceDefinition,
  type StatusServiceImplementation,
} from "@waybill/contracts/status";
import { createClient, Metadata, Refusal, Status, startServer } from "@waybill/rpc";
import { expect } from "chai";
import {
  type Access,
  type Caller,
  callerOf,
  createVerifier,
  definePolicy,
  guard,
  type Issuer,
  openLocalIssuer,
} from "../src/index.ts";

const logger = createLogger("guard-test", { level: "silent", format: "json" });
const nobodys: readonly Access[] = [];

const policy = definePolicy(StatusServiceDefinition, {
  createStatus: nobodys,
  batchCreateStatuses: nobodys,
  getStatus: ["customer"],
  batchGetStatuses: ["service"],
  updateStatus: nobodys,
  batchUpdateStatuses: nobodys,
  markTried: ["public"],
  batchMarkTried: nobodys,
  listStatuses: nobodys,
  listTransitions: ["admin"],
  summarizeStatuses: nobodys,
  watchStatuses: ["customer"],
  publishTransitions: ["service"],
});

const name = (caller: Caller): string => {
  if (caller.kind === "user") return caller.userId;
  return caller.kind === "service" ? caller.name : caller.kind;
};

describe("the guard of a server", () => {
  const seen: string[] = [];
  const opened = new AsyncDisposableStack();
  let issuer: Issuer;
  let address: string;

  const note = async () => {
    await new Promise((resolve) => setImmediate(resolve)); // Still known after having waited.
    seen.push(name(callerOf()));
    return {};
  };
  const handlers: Partial<StatusServiceImplementation> = {
    createStatus: note,
    getStatus: note,
    batchGetStatuses: async () => ({ results: [], ...(await note()) }),
    markTried: note,
    listTransitions: async () => ({ transitions: [], ...(await note()) }),
    watchStatuses: async function* () {
      await note();
      yield { position: "1", transition: undefined };
      await note();
      yield { position: "2", transition: undefined };
    },
  };

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), "waybill-guard-"));
    opened.defer(() => rm(folder, { recursive: true }));
    issuer = await openLocalIssuer({ folder });
    const verifier = opened.use(createVerifier({ issuers: issuer.trusted("127.0.0.1:1"), logger }));
    const server = opened.use(
      await startServer({
        name: "guarded",
        host: "127.0.0.1",
        port: 0,
        logger,
        services: [[StatusServiceDefinition, handlers]],
        authorize: guard([policy], verifier),
      }),
    );
    server.serve();
    address = server.address;
  });
  beforeEach(() => {
    seen.length = 0;
  });
  after(() => opened.disposeAsync());

  const clientWith = (token: string) =>
    createClient(StatusServiceDefinition, {
      callee: "guarded",
      address,
      logger,
      token: () => token,
    });
  const code = (call: Promise<unknown>) =>
    call.then(
      () => "OK",
      (error) => (error instanceof Refusal ? Status[error.code] : error),
    );

  it("tells the handler who calls, in unary calls and in each step of a stream", async () => {
    await using client = clientWith(await issuer.userToken("alice", ["customer"]));
    await Promise.all([client.getStatus({}), client.getStatus({})]);
    for await (const _ of client.watchStatuses({}));
    expect(seen).to.deep.equal(["alice", "alice", "alice", "alice"]);
  });

  it("takes a call's own authorization before the client's token", async () => {
    await using client = clientWith(await issuer.serviceToken("gateway"));
    const bob = await issuer.userToken("bob", ["customer"]);
    await client.getStatus({}, { metadata: Metadata({ authorization: `Bearer ${bob}` }) });
    await client.batchGetStatuses({});
    expect(seen).to.deep.equal(["bob", "gateway"]);
  });

  it("lets nobody pass whom the policy does not name: the handler does not run", async () => {
    await using client = clientWith(await issuer.userToken("alice", ["customer"]));
    expect(await code(client.batchGetStatuses({}))).to.equal("PERMISSION_DENIED");
    expect(await code(client.listTransitions({}))).to.equal("PERMISSION_DENIED");
    expect(await code(client.createStatus({}))).to.equal("PERMISSION_DENIED");
    expect(seen).to.deep.equal([]);
  });

  it("takes a token that has ended for none where anybody may call, so that it can be exchanged", async () => {
    const ended = await issuer.userToken("alice", ["customer"], -60_000);
    const metadata = Metadata({ authorization: `Bearer ${ended}` });
    await using client = clientWith(await issuer.serviceToken("gateway"));
    expect(await code(client.markTried({}, { metadata }))).to.equal("OK");
    expect(await code(client.getStatus({}, { metadata }))).to.equal("UNAUTHENTICATED");
    expect(seen).to.deep.equal(["anonymous"]);
  });

  it("is UNAVAILABLE to a process whose own token has ended: its callers have done nothing wrong", async () => {
    await using client = clientWith(await issuer.serviceToken("order", -60_000));
    expect(await code(client.batchGetStatuses({}))).to.equal("UNAVAILABLE");
    const watching = client.watchStatuses({})[Symbol.asyncIterator]().next();
    expect(await code(watching)).to.equal("UNAVAILABLE");
  });

  it("takes nobody for somebody where no guard was set up", () => {
    expect(() => callerOf()).to.throw("No guard");
  });
});
