import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { Link } from "../src/index.ts";

/** Long enough to be sure that nothing comes. */
const SILENCE_MS = 150;

describe("a link between two parts", () => {
  let server: Server;
  let link: Link;
  /** The connections that the far end knows. */
  let accepted: Socket[];

  beforeEach(async () => {
    accepted = [];
    server = createServer((socket) => {
      accepted.push(socket);
      socket.on("error", () => {});
      socket.pipe(socket); // An echo.
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    link = await Link.open(`127.0.0.1:${(server.address() as AddressInfo).port}`, () => 0.04);
  });

  afterEach(async () => {
    await link[Symbol.asyncDispose]();
    for (const socket of accepted) socket.destroy();
    server.close();
  });

  const open = async () => {
    const { hostname, port } = new URL(`tcp://${link.address}`);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, "connect");
    socket.on("error", () => {}); // Who cares listens as well.
    return socket;
  };

  const closed = (socket: Socket | undefined) =>
    new Promise((resolve) => socket?.once("close", resolve));

  const echoOf = async (socket: Socket, text: string) => {
    socket.write(text);
    const [data] = await once(socket, "data");
    return String(data);
  };

  /** What comes of a connection: data, an end, or nothing. */
  const outcome = (socket: Socket) =>
    new Promise<string>((resolve) => {
      socket.once("data", (data) => resolve(`heard ${data}`));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
      socket.once("end", () => resolve("ended"));
      setTimeout(() => resolve("silence"), SILENCE_MS);
    });

  it("passes on what is sent, and that a side has ended", async () => {
    const socket = await open();
    expect(await echoOf(socket, "hello")).to.equal("hello");
    const bothClosed = Promise.all([closed(socket), closed(accepted[0])]);
    socket.end();
    await bothClosed;
    expect(link.connections).to.equal(0);
  });

  it("delays everything, in order", async () => {
    const socket = await open();
    link.weather = { latencyMs: 60 };
    const startedAt = performance.now();
    socket.write("a");
    socket.write("b");
    let heard = "";
    while (heard !== "ab") heard += String((await once(socket, "data"))[0]);
    expect(performance.now() - startedAt).to.be.at.least(119); // There and back.
    link.weather = {};
    expect(await echoOf(socket, "c")).to.equal("c");
  });

  it("resets the share of pieces that it is told to, and no others", async () => {
    const [spared, struck] = [await open(), await open()];
    link.weather = { resets: 0.04 }; // The link's chance always draws 0.04.
    expect(await echoOf(spared, "hello")).to.equal("hello");
    link.weather = { resets: 0.05 };
    struck.write("hello");
    expect(await outcome(struck)).to.equal("ECONNRESET");
    spared.destroy();
  });

  it("as a black hole accepts and never answers; what was lost is known when it ends", async () => {
    link.weather = { isBlackHole: true };
    const [spoke, listened] = [await open(), await open()];
    spoke.write("hello");
    expect(await outcome(spoke)).to.equal("silence");
    const end = outcome(spoke);
    link.weather = {};
    expect(await end).to.equal("ECONNRESET");
    expect(await echoOf(listened, "hello")).to.equal("hello");
    listened.destroy();
  });

  it("half open: the far end is gone, the near end is not told", async () => {
    const socket = await open();
    expect(await echoOf(socket, "hello")).to.equal("hello");
    const farClosed = closed(accepted[0]);
    link.halfOpen();
    await farClosed;
    socket.write("is anybody there?");
    expect(await outcome(socket)).to.equal("silence");
    const other = await open();
    expect(await echoOf(other, "hello")).to.equal("hello");
    for (const one of [socket, other]) one.destroy();
  });

  it("cuts all connections", async () => {
    const socket = await open();
    expect(await echoOf(socket, "hello")).to.equal("hello");
    const end = outcome(socket);
    link.cut();
    expect(await end).to.equal("ECONNRESET");
    expect(link.connections).to.equal(0);
  });
});
