import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Messaging } from "@waybill/messaging";
import { type NatsServer, startNats, testFolder, testServers } from "@waybill/stack";
import { expect } from "chai";
import { startMailServer } from "./support/mailServer.ts";
import { announce, connectStatus, story, until } from "./support/testBed.ts";
import { startUserServer } from "./support/userServer.ts";

const main = new URL("../src/main.ts", import.meta.url).pathname;

interface ServiceProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it has logged. */
  readonly lines: readonly string[];
}

/** Starts the service as a process of its own; it is ready. Disposal kills what is left of it. */
async function startProcess(env: Record<string, string>): Promise<ServiceProcess> {
  const args = ["--import", "@waybill/chassis/telemetry", main];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, PORT: "0", LOG_LEVEL: "debug", AUTHENTICATION: "off", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout })
    .on("line", (line) => {
      lines.push(line);
      if (line.includes("ready on")) ready.resolve();
    })
    .on("close", () => ready.reject(new Error(`it ended:\n${lines.join("\n")}`)));
  await ready.promise;
  return { child, lines, [Symbol.asyncDispose]: async () => void child.kill("SIGKILL") };
}

const stop = async ({ child }: ServiceProcess): Promise<unknown[]> => {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  return ended;
};

const orders = (name: string, count: number, events: number) =>
  Array.from({ length: count }, (_, index) =>
    story(`${name}-${index}`, `user-${index}`, events),
  ).flat();

describe("the process", () => {
  let nats: NatsServer;
  let status: Messaging;

  before(async () => {
    nats = await startNats({ dataDir: testFolder("nats-process") }); // Its durable is nobody else's.
    status = await connectStatus(nats.url);
  });

  after(async () => {
    await status[Symbol.asyncDispose]();
    await nats.stop();
  });

  const environment = async (smtpUrl: string, userAddress: string) => ({
    NATS_URL: nats.url,
    DATABASE_URL: await (await testServers()).databaseUrl("notification"),
    USER_ADDRESS: userAddress,
    SMTP_URL: smtpUrl,
    SEND_TIMEOUT: "1s",
  });

  it("sends what happened while it was down later, each mail once, and never logs addresses or texts", async () => {
    await using users = await startUserServer();
    await using mail = await startMailServer();
    const env = await environment(mail.url, users.address);
    await announce(status, orders("before", 4, 5)); // It has never run.

    await using first = await startProcess(env);
    await until(
      "20 mails",
      () => mail.mails.length,
      (count) => count >= 20,
    );
    expect(await stop(first)).to.deep.equal([0, null]);

    await announce(status, orders("between", 4, 5)); // It is down.
    await announce(status, orders("before", 4, 5), 2);
    await using second = await startProcess(env);
    await until(
      "20 more",
      () => mail.mails.length,
      (count) => count >= 40,
    );
    await announce(status, orders("after", 1, 1));
    await until(
      "the last",
      () => mail.counts(),
      (all) => "<after-0.1@waybill.local>" in all,
    );
    expect(await stop(second)).to.deep.equal([0, null]);
    expect(mail.mails).to.have.length(41);
    expect(Object.keys(mail.counts())).to.have.length(41);

    const log = [...first.lines, ...second.lines].join("\n");
    expect(log).not.to.match(/example\.com|Dear|payment is received/);
  });

  it("that is killed while it sends has its mails sent by the next; a few may repeat, recognisably", async () => {
    await using users = await startUserServer();
    await using mail = await startMailServer({ delayMs: 20 });
    const env = await environment(mail.url, users.address);
    await announce(status, orders("killed", 8, 5));
    await using first = await startProcess(env);
    await until(
      "some mails",
      () => mail.mails.length,
      (count) => count >= 10,
    );
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    expect(mail.mails.length).to.be.lessThan(40);

    await using second = await startProcess(env);
    await until(
      "all mails",
      () => Object.keys(mail.counts()).length,
      (count) => count === 40,
    );
    expect(await stop(second)).to.deep.equal([0, null]);
    const repeated = Object.values(mail.counts()).filter((count) => count > 1);
    expect(repeated.length, "mails that came twice").to.be.at.most(2 * 5); // What was under way and being recorded.
    expect(Math.max(...Object.values(mail.counts()))).to.be.at.most(2);
  });
});
