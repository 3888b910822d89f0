import { deadLettersStream } from "@waybill/contracts/events";
import { freePort, testServers } from "@waybill/stack";
import { expect } from "chai";
import { connect } from "nats";
import { countDeadLetters } from "../src/look/deadLetters.ts";

describe("dead letters", () => {
  it("are counted by any of the servers that are named", async () => {
    const { natsUrl } = await testServers();
    const connection = await connect({ servers: natsUrl });
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: deadLettersStream.name, subjects: ["dead"] });
    await connection.jetstream().publish("dead");
    await connection.close();
    const away = `nats://127.0.0.1:${await freePort()}`;
    for (const urls of [`${natsUrl},${away}`, `${away},${natsUrl}`])
      expect(await countDeadLetters(urls), urls).to.equal(1);
  });
});
