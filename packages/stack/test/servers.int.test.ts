import { startNats, startPostgres, testFolder, testServers } from "@waybill/stack";
import { expect } from "chai";
import { connect } from "nats";
import { query } from "./support.ts";

describe("the servers for tests", () => {
  it("are started once and give each caller a fresh database", async () => {
    const [one, two] = await Promise.all([testServers(), testServers()]);
    expect(one).to.equal(two);
    const [a, b] = await Promise.all([one.databaseUrl("sample"), two.databaseUrl("sample")]);
    expect(a).not.to.equal(b);
    await query(a, "create table t (n int)");
    const rows = await query(b, "select to_regclass('t') as t, version() as v");
    expect(rows[0]?.t).to.equal(null);
    expect(rows[0]?.v).to.match(/^PostgreSQL 18/);
  });

  it("offer JetStream", async () => {
    const { natsUrl } = await testServers();
    const connection = await connect({ servers: natsUrl });
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: "SAMPLE", subjects: ["sample.>"] });
    const ack = await connection.jetstream().publish("sample.a");
    expect(ack.seq).to.equal(1);
    await manager.streams.delete("SAMPLE");
    await connection.close();
  });
});

describe("a server killed and restarted", () => {
  it("PostgreSQL keeps what was committed, on the same port", async () => {
    await using server = await startPostgres({ dataDir: testFolder("killed") });
    const url = await server.createDatabase("kept");
    await query(url, "create table t as select 7 as n");
    const before = server.pid;
    await server.kill("SIGKILL");
    await server.restart();
    expect(server.pid).not.to.equal(before);
    expect(await query(url, "select n from t")).to.deep.equal([{ n: 7 }]);
  });

  it("NATS keeps its streams, on the same port", async () => {
    await using server = await startNats({ dataDir: testFolder("killed") });
    const first = await connect({ servers: server.url, reconnect: false });
    const manager = await first.jetstreamManager();
    await manager.streams.add({ name: "KEPT", subjects: ["kept.>"] });
    await first.jetstream().publish("kept.a");
    await server.kill("SIGKILL");
    await first.closed();
    await server.restart();
    const second = await connect({ servers: server.url });
    const info = await (await second.jetstreamManager()).streams.info("KEPT");
    expect(info.state.messages).to.equal(1);
    await second.close();
  });
});
