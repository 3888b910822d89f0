import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  defaultPorts,
  findStack,
  freePort,
  isPortFree,
  metricsPortStep,
  serviceNames,
  testFolder,
} from "@waybill/stack";
import { expect } from "chai";
import { eventually } from "./support/eventually.ts";
import { type Command, repository, type } from "./support/terminal.ts";

/** The aim is 10 s on two idle cores; tests share theirs. */
const readyWithinMs = 60_000;
/** A start, and a dozen commands by npm, of which each takes seconds where others use the machine, too. */
const testWithinMs = 180_000;

/** A base at which the ports of the metrics are free, which cannot be chosen one by one. */
async function freeBase(): Promise<number> {
  const base = await freePort();
  const above = serviceNames.map((_, index) => isPortFree(base + metricsPortStep + index));
  return (await Promise.all(above)).every(Boolean) ? base : await freeBase();
}

/** The buf curl commands that a document shows, with the services' ports and the data folder replaced by those in use. */
function commandsIn(document: string, ports: ReadonlyMap<number, number>, dataDir: string) {
  const text = readFileSync(join(repository, document), "utf8");
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  return blocks
    .flatMap((block) => block.split(/\n\n/))
    .map((part) => part.replaceAll(/^#.*\n/gm, "").trim())
    .filter((part) => part.startsWith("npx buf curl"))
    .map((part) => part.replaceAll(/:(\d{5})\b/g, (_, port) => `:${ports.get(Number(port))}`))
    .map((part) => part.replaceAll("token -- alice", `token -- alice --data-dir ${dataDir}`));
}

describe("npm start, in a terminal", function () {
  this.timeout(testWithinMs);
  let dataDir: string;
  let ports: Map<number, number>;
  let commandLine: string;
  let started: Command;

  before(async () => {
    dataDir = join(testFolder("start"), "data");
    const parts = [...serviceNames, "postgres", "nats"];
    const free = await Promise.all(parts.map(() => freePort()));
    const list = parts.map((name, index) => `${name}=${free[index]}`);
    ports = new Map(serviceNames.map((_, index) => [defaultPorts.base + index, free[index] ?? 0]));
    const base = await freeBase();
    commandLine = `exec npm start -- --data-dir ${dataDir} --port-base ${base} --ports ${list}`;
  });

  afterEach(async () => {
    started?.interrupt();
    await started?.ended;
  });

  const start = async () => {
    started = type(commandLine, { CANCELLATION_WINDOW: "1s" });
    await started.untilPrinted("Ready in", readyWithinMs);
    await started.untilPrinted("/CreateOrder", 1_000);
    return started;
  };

  const shown = (document: string) => commandsIn(document, ports, dataDir);

  const run = async (line: string) => {
    const command = type(line);
    const code = await command.ended;
    return { code, printed: command.printed, complaints: command.complaints };
  };

  it("serves what it says; the first order of README and docs works as printed; Ctrl-C ends it with exit code 0", async () => {
    const { printed } = await start();
    for (const name of serviceNames)
      expect(printed).to.match(new RegExp(`${name} +127\\.0\\.0\\.1:\\d+ +ready in`));
    for (const [line] of printed.matchAll(/npx buf curl .*\\\n.*/g))
      expect((await run(line)).code, line).to.equal(0);

    const [list, first, own, watch, cancel, ...others] = shown("docs/clients.md");
    expect(others).to.deep.equal([]);
    expect(shown("README.md")).to.deep.equal([first]);
    const items = await run(list ?? "");
    expect(JSON.parse(items.printed).items).to.have.length(3);
    const placed = JSON.parse((await run(first ?? "")).printed);
    const again = JSON.parse((await run(first ?? "")).printed);
    expect(again.order.orderId).to.equal(placed.order.orderId);
    expect(again.replayed).to.equal(true);
    expect((await run(own ?? "")).code).to.equal(0);
    const watched = await run(watch ?? "");
    expect(watched.code).to.equal(0);
    expect(watched.printed).to.include("ORDER_STATE_DELIVERED");
    const late = await run(cancel ?? "");
    expect(late.code).not.to.equal(0);
    expect(late.complaints).to.include("Order cannot be cancelled. Current status: DELIVERED");

    const trace = (orderId: string) =>
      run(`npm run --silent trace -- ${orderId} --data-dir ${dataDir}`);
    const waterfall = await eventually("all spans have come", async () => {
      const { printed, code } = await trace(placed.order.orderId);
      return code === 0 && !printed.includes("missing") && printed;
    });
    expect(waterfall).to.include(`Order ${placed.order.orderId} DELIVERED`);
    const elsewhere = ["gateway", "user"]; // It came by gRPC, and order remembers its customers.
    for (const name of serviceNames.filter((service) => !elsewhere.includes(service)))
      expect(waterfall).to.match(new RegExp(`\\d s +${name} +.*\\d m?s +[█✗┊]`));
    expect(waterfall)
      .to.match(/┄ .* in which nothing is done/)
      .and.include("● CONFIRMED");
    const unknown = await trace("nobodys-order");
    expect(unknown.complaints).to.include('There is no order "nobodys-order"');
    expect(unknown.code).to.equal(1);

    started.interrupt();
    expect(await started.ended).to.equal(0);
    expect(started.printed).to.include("Stopped.");
    expect(findStack(dataDir)).to.equal(undefined);
  });

  it("finds its data again; npm run doctor looks into it, running or stopped", async () => {
    await start();
    const [first] = shown("README.md");
    const again = JSON.parse((await run(first ?? "")).printed);
    expect(again).to.include({ replayed: true });
    expect(again.order.state).to.equal("ORDER_STATE_DELIVERED");
    const doctor = `npm run --silent doctor -- --data-dir ${dataDir}`;
    const running = await run(doctor);
    expect(running.code, running.printed).to.equal(0);
    started.interrupt();
    expect(await started.ended).to.equal(0);
    const untraceable = await run(`npm run --silent trace -- any --data-dir ${dataDir}`);
    expect(untraceable.complaints).to.include(`No stack runs on ${dataDir}`);
    const stopped = await run(doctor);
    expect(stopped.code, stopped.printed).to.equal(0);
    expect(stopped.printed).to.include("All six promises are kept");
  });
});
