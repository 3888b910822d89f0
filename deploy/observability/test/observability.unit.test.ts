import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { configWith, receivers } from "../src/alerting.ts";
import { dashboards } from "../src/dashboards.ts";
import { expressions, metricsIn } from "../src/expressions.ts";
import { dashboardFolder, fileOf, textOf } from "../src/files.ts";
import { rules } from "../src/rules.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** As docs/metrics.md lists them. */
const documented = new Set(
  [...read("docs/metrics.md").matchAll(/^\| `([a-z]\w*)` /gm)].map(([, name = ""]) => name),
);

/** Prometheus's own. */
const always = ["up"];

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    ),
  );

describe("dashboards and rules", () => {
  it("dashboards are as their source has them: npm run observe:generate", () => {
    expect(readdirSync(dashboardFolder)).to.have.members(dashboards.map(fileOf));
    for (const dashboard of dashboards)
      expect(readFileSync(join(dashboardFolder, fileOf(dashboard)), "utf8")).to.equal(
        textOf(dashboard),
      );
  });

  it("name only metrics that docs/metrics.md has, or that a rule records", () => {
    expect(documented.size).to.be.greaterThan(50);
    const recorded = rules().flatMap(({ record = [] }) => record);
    const known = new Set([...documented, ...recorded, ...always]);
    const unknown = expressions().flatMap(({ where, text }) =>
      metricsIn(text)
        .filter((name) => !known.has(name))
        .map((name) => `${where}: ${name}`),
    );
    expect(unknown).to.deep.equal([]);
  });

  it("every expression names a metric", () => {
    const empty = expressions().filter(({ text }) => metricsIn(text).length === 0);
    expect(empty).to.deep.equal([]);
  });

  it("every alert is urgent or not, but for the watchdog's, says what is wrong, and leads to what to do", () => {
    const anchors = anchorsOf(read("docs/operations.md"));
    const wrong = rules()
      .filter(({ alert }) => alert !== undefined)
      .filter(({ alert, labels = {}, annotations = {} }) => {
        const anchor = /^docs\/operations\.md#(.+)$/.exec(annotations.runbook_url ?? "")?.[1];
        const wanted = alert === "Watchdog" ? /^none$/ : /^(page|ticket)$/;
        return !(
          wanted.test(labels.severity ?? "") &&
          annotations.summary &&
          anchors.has(anchor ?? "")
        );
      });
    expect(
      wrong.map(({ alert, annotations }) => `${alert}: ${annotations?.runbook_url}`),
    ).to.deep.equal([]);
  });

  it("every alert that leads to the table of alarms is in it by its name", () => {
    const [, table = ""] = /^## Alarms\n(.*?)^## /ms.exec(read("docs/operations.md")) ?? [];
    const missing = rules()
      .filter(({ annotations }) => annotations?.runbook_url === "docs/operations.md#alarms")
      .map(({ alert }) => alert)
      .filter((alert) => !table.includes(`\`${alert}\``));
    expect(missing).to.deep.equal([]);
  });

  it("descriptions of panels lead to headings that there are", () => {
    const anchors = anchorsOf(read("docs/operations.md"));
    const links = dashboards.flatMap((dashboard) => [
      ...textOf(dashboard).matchAll(/docs\/operations\.md#([\w-]+)/g),
    ]);
    expect(links.map(([, anchor = ""]) => anchor).filter((one) => !anchors.has(one))).to.deep.equal(
      [],
    );
  });
});

describe("Alertmanager", () => {
  const alerts = new Map(rules().flatMap((rule) => (rule.alert ? [[rule.alert, rule.expr]] : [])));
  const { route, inhibit_rules: inhibitions } = parse(configWith(receivers.example));

  /** The alerts that a matcher like alertname=~"A|B" names. */
  const namedIn = (matchers: readonly string[]): readonly string[] =>
    matchers.flatMap((matcher) => /^alertname=~"(.+)"$/.exec(matcher)?.[1]?.split("|") ?? []);

  it("silences by a service what there is, and only what names its service", () => {
    const byService = inhibitions.filter(({ equal }: { equal: string[] }) =>
      equal.includes("service"),
    );
    expect(byService).to.have.length(1);
    const [{ source_matchers: sources, target_matchers: targets }] = byService;
    expect(namedIn(sources)).to.deep.equal(["ServiceDown", "ServiceAbsent"]);
    expect([...alerts.keys()]).to.include.members([...namedIn(sources), ...namedIn(targets)]);
    expect(namedIn(targets)).not.to.deep.equal([]);
    const nameless = namedIn(targets).filter(
      (name) => !/by \([^)]*\bservice\b/.test(alerts.get(name) ?? ""),
    );
    expect(nameless).to.deep.equal([]);
  });

  it("has a receiver for every route, with the local receivers and the example's", () => {
    const wanted = [
      route.receiver,
      ...route.routes.map(({ receiver }: { receiver: string }) => receiver),
    ];
    for (const text of Object.values(receivers)) {
      const { receivers: given } = parse(configWith(text));
      expect(given.map(({ name }: { name: string }) => name)).to.have.members(wanted);
    }
  });
});

describe("the metrics of an expression", () => {
  it("are told from functions, labels and texts", () => {
    const text = `histogram_quantile(0.99, sum by (le, service) (rate(a_b_seconds_bucket{x_y=~"no_metric|z"}[5m]))) > 1
      and up{job="w"} == 1 / waybill:slo:ratio_5m`;
    expect(metricsIn(text)).to.deep.equal(["a_b_seconds", "up", "waybill:slo:ratio_5m"]);
  });
});
