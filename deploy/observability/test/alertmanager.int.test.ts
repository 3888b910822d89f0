import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { eventually } from "../../../test/e2e/support/eventually.ts";
import { configWith, receivers } from "../src/alerting.ts";
import { ruleFiles } from "../src/rules.ts";
import {
  type Alertmanager,
  alertmanagerCommand,
  type Labels,
  startAlertmanager,
} from "../src/servers/alertmanager.ts";
import { canRun } from "../src/servers/canRun.ts";
import { scraping, startPrometheus } from "../src/servers/prometheus.ts";
import { startMailbox } from "./support/mailbox.ts";
import { startWebhook, type Webhook } from "./support/webhook.ts";

function skipUnless(this: Mocha.Context, isThere: boolean): void {
  if (isThere) return;
  console.log(
    "      SKIPPED: it is not on the PATH (Debian: apt-get install prometheus prometheus-alertmanager)",
  );
  this.skip();
}

describe("amtool", () => {
  before(function () {
    skipUnless.call(this, canRun("amtool"));
  });

  const amtool = (...args: readonly string[]) =>
    execFileSync("amtool", args, { encoding: "utf8", stdio: "pipe" });

  for (const [whose, text] of Object.entries(receivers))
    describe(`with the ${whose} receivers`, () => {
      const file = join(testFolder("amtool"), "alertmanager.yaml");

      before(() => writeFileSync(file, configWith(text)));

      it("finds nothing wrong", () => {
        const found = amtool("check-config", file);
        expect(found).to.include("SUCCESS");
        expect(found).to.include("3 inhibit rules").and.to.include("3 receivers");
      });

      const told = [
        [["severity=page"], "page"],
        [["severity=ticket"], "ticket"],
        [[], "page"],
        [["severity=none", "alertname=Watchdog"], "watchdog"],
      ] as const;
      for (const [labels, receiver] of told)
        it(`sends an alert with ${labels.join() || "no severity"} to ${receiver}`, () => {
          const found = amtool("config", "routes", "test", `--config.file=${file}`, ...labels);
          expect(found.trim()).to.equal(receiver);
        });
    });
});

/** The routes as they are, but that nobody waits for more of the same. */
const impatient = (config: string): string =>
  config.replaceAll(/(group_wait|group_interval): \w+/g, "$1: 1s");

/** The rules as they are, but that nothing has to last before it is an alert. */
const hasty = (folder: string): readonly string[] =>
  ruleFiles().map((file, index) => {
    const copy = join(folder, `rules-${index}.yaml`);
    writeFileSync(copy, readFileSync(file, "utf8").replaceAll(/\bfor: \w+/g, "for: 0s"));
    return copy;
  });

describe("an alert", () => {
  let command = "";

  before(function () {
    command = alertmanagerCommand() ?? "";
    skipUnless.call(this, command !== "" && canRun("prometheus"));
  });

  const startWith = (text: string): Promise<Alertmanager> =>
    startAlertmanager(testFolder("alertmanager"), command, impatient(configWith(text)));

  describe("by webhook", () => {
    let webhook: Webhook;
    let alertmanager: Alertmanager;

    before(async () => {
      webhook = await startWebhook();
      alertmanager = await startWith(
        receivers.example.replaceAll("https://alerts.example.org", webhook.url),
      );
    });

    after(async () => {
      await alertmanager?.[Symbol.asyncDispose]();
      await webhook?.[Symbol.asyncDispose]();
    });

    /** Who was told of such an alert, by path. */
    const toldOf = (wanted: Labels): readonly string[] =>
      webhook.messages
        .filter(({ alerts }) => alerts.some(({ labels }) => hasLabels(labels, wanted)))
        .map(({ path }) => path);

    const untilToldOf = (wanted: Labels) =>
      eventually(JSON.stringify(wanted), () => toldOf(wanted).length > 0);

    const isSilenced = async (wanted: Labels): Promise<boolean> =>
      (await alertmanager.alerts()).some(
        ({ labels, status }) => hasLabels(labels, wanted) && status.state === "suppressed",
      );

    const untilSilenced = (wanted: Labels) =>
      eventually(`${JSON.stringify(wanted)} is silenced`, () => isSilenced(wanted));

    it("comes from Prometheus, by the rules, to who is paged; that alerts come at all, to the watchdog", async () => {
      const folder = testFolder("prometheus");
      const nobodyThere = `127.0.0.1:${await freePort()}`;
      await using _prometheus = await startPrometheus(folder, {
        ...scraping({ shipping: nobodyThere }),
        rule_files: hasty(folder),
        alerting: {
          alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }],
        },
      });
      const down = { alertname: "ServiceDown", service: "shipping" };
      await untilToldOf(down);
      expect(new Set(toldOf(down))).to.deep.equal(new Set(["/page"]));
      await untilToldOf({ alertname: "Watchdog" });
      expect(new Set(toldOf({ alertname: "Watchdog" }))).to.deep.equal(new Set(["/watchdog"]));
    });

    it("of lateness is silenced while its own service is down, and no other's", async () => {
      const late = { alertname: "ConsumerLate", severity: "page" };
      const down = { alertname: "ServiceDown", severity: "page", service: "delivery" };
      await alertmanager.raise([
        down,
        { ...late, service: "delivery" },
        { ...late, service: "workflow" },
      ]);
      await untilToldOf({ ...late, service: "workflow" });
      await untilSilenced({ ...late, service: "delivery" });
      expect(toldOf({ ...late, service: "delivery" })).to.deep.equal([]);
    });

    it("of a breaker is silenced while nothing is left of the callee, and only then", async () => {
      const open = { alertname: "BreakerOpen", severity: "page", service: "workflow" };
      await alertmanager.raise([
        { alertname: "ServiceAbsent", severity: "page", service: "payment", callee: "payment" },
        { ...open, callee: "payment" },
        { ...open, callee: "item" },
      ]);
      await untilToldOf({ ...open, callee: "item" });
      await untilSilenced({ ...open, callee: "payment" });
      expect(toldOf({ ...open, callee: "payment" })).to.deep.equal([]);
    });

    it("of a slow burn is silenced by a fast one of the same promise", async () => {
      const [accepted, decided] = [{ slo: "ordersAcceptedSlowly" }, { slo: "ordersDecidedLate" }];
      await alertmanager.raise([
        { alertname: "OrdersAcceptedSlowly1Hour", severity: "page", ...accepted },
        { alertname: "OrdersAcceptedSlowly3Days", severity: "ticket", ...accepted },
        { alertname: "OrdersDecidedLate3Days", severity: "ticket", ...decided },
      ]);
      await untilToldOf({ alertname: "OrdersAcceptedSlowly1Hour" });
      await untilToldOf({ alertname: "OrdersDecidedLate3Days" });
      await untilSilenced({ alertname: "OrdersAcceptedSlowly3Days" });
      expect(toldOf({ alertname: "OrdersDecidedLate3Days" })).to.deep.equal(["/ticket"]);
      expect(toldOf({ alertname: "OrdersAcceptedSlowly3Days" })).to.deep.equal([]);
    });

    it("comes together with those of the same name and service", async () => {
      const blocked = { alertname: "EventLoopBlocked", severity: "ticket" };
      await alertmanager.raise([
        { ...blocked, service: "order", instance: "a" },
        { ...blocked, service: "order", instance: "b" },
        { ...blocked, service: "item", instance: "c" },
      ]);
      await untilToldOf({ ...blocked, service: "order" });
      await untilToldOf({ ...blocked, service: "item" });
      const messages = webhook.messages.filter(
        ({ groupLabels }) => groupLabels.alertname === blocked.alertname,
      );
      const instances = messages.map(({ alerts }) => alerts.map(({ labels }) => labels.instance));
      expect(instances).to.have.deep.members([["a", "b"], ["c"]]);
    });
  });

  it("comes by mail with the local receivers", async () => {
    await using mailbox = await startMailbox();
    await using alertmanager = await startWith(
      receivers.local.replaceAll("mail.waybill:1025", mailbox.address),
    );
    await alertmanager.raise([
      { alertname: "OrdersStuck", severity: "page", step: "CONFIRM" },
      { alertname: "DeadLetters", severity: "ticket" },
    ]);
    await eventually("both mails", () => mailbox.mails.length === 2);
    const subjects = mailbox.mails.map(({ to, source }) => [
      to,
      /^Subject: .*(OrdersStuck|DeadLetters)/m.exec(source)?.[1],
    ]);
    expect(subjects).to.have.deep.members([
      ["page@example.org", "OrdersStuck"],
      ["ticket@example.org", "DeadLetters"],
    ]);
  });
});

const hasLabels = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);
