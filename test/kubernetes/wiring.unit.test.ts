import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readTrustedIssuers } from "@waybill/identity";
import { defaultPorts, type ServiceName, serviceNames } from "@waybill/stack";
import { expect } from "chai";
import { parse } from "yaml";
import { root } from "../support/repository.ts";
import { needsRenderer, ofKind, overlays, render, renderWith } from "./support/manifests.ts";
import {
  calleesOf,
  deploymentOf,
  environmentOf,
  isAllowed,
  mountedBy,
  readAsService,
  usesMessages,
  variablesOf,
} from "./support/wiring.ts";
import { podOf } from "./support/workloads.ts";

type Inner = Exclude<ServiceName, "gateway">;

const inner = serviceNames.filter((name) => name !== "gateway");
const grpcPort = (service: ServiceName) => defaultPorts.base + inner.indexOf(service as Inner);
const plainCollector = "deploy/k8s/observability/stack/collector/config.yaml";
const readByNode = ["NODE_EXTRA_CA_CERTS"];
/** OpenTelemetry's SDK reads its own, before the service does. */
const readByTelemetry = /^OTEL_/;

for (const overlay of overlays)
  describe(`what ${overlay} tells the services`, () => {
    before(needsRenderer);

    for (const service of serviceNames)
      it(`${service} accepts its configuration and listens where it is looked for`, async () => {
        const resources = render(overlay);
        const env = environmentOf(resources, service);
        expect(await readAsService(service, env)).to.include({ HOST: "0.0.0.0" });
        const expected = service === "gateway" ? defaultPorts.gateway : grpcPort(service);
        expect(Number(env.PORT)).to.equal(expected);
        const [container] = podOf(deploymentOf(resources, service)).spec.containers;
        expect(container.ports[0].containerPort).to.equal(expected);
        const metrics = { name: "metrics", containerPort: Number(env.METRICS_PORT) };
        expect(container.ports[1]).to.deep.equal(metrics);
        const found = ofKind(resources, "Service").find(
          ({ metadata }) => metadata.name === service,
        );
        expect(found?.spec.ports[0]).to.include({ port: expected });
      });

    it("every variable is one that somebody reads", () => {
      const resources = render(overlay);
      const known = new Set(serviceNames.flatMap((service) => [...variablesOf(service)]));
      const unknown = serviceNames
        .flatMap((service) => Object.keys(environmentOf(resources, service)))
        .filter((name) => !known.has(name) && !readByNode.includes(name))
        .filter((name) => !readByTelemetry.test(name));
      expect(unknown).to.deep.equal([]);
    });

    it("an order that sits out its window is not announced again", async () => {
      const resources = render(overlay);
      const read = async (service: ServiceName) =>
        (await readAsService(service, environmentOf(resources, service))) as Record<string, number>;
      const { REANNOUNCE_AFTER } = await read("status");
      const { CANCELLATION_WINDOW } = await read("workflow");
      expect(REANNOUNCE_AFTER).to.be.greaterThan(CANCELLATION_WINDOW ?? Number.NaN);
    });

    it("each service reaches those that it calls, and nobody else", () => {
      const resources = render(overlay);
      const deployments = new Map(
        serviceNames.map((service) => [service, deploymentOf(resources, service)]),
      );
      const edges = serviceNames.flatMap((from) =>
        inner
          .filter((to) => {
            const [caller, callee] = [deployments.get(from), deployments.get(to)];
            if (caller === undefined || callee === undefined) throw new Error("not deployed");
            return isAllowed(resources, caller, callee, { name: "grpc", number: grpcPort(to) });
          })
          .map((to) => `${from} → ${to}`),
      );
      const calls = serviceNames.flatMap((from) =>
        inner.filter((to) => calleesOf(from).has(to)).map((to) => `${from} → ${to}`),
      );
      expect(edges).to.deep.equal(calls);
    });

    it("those that use messages reach NATS, the others do not", () => {
      const resources = render(overlay);
      const [nats] = ofKind(resources, "StatefulSet").filter(
        ({ metadata }) => metadata.name === "nats",
      );
      if (nats === undefined) throw new Error("There is no NATS");
      const port = { name: "client", number: 4_222 };
      const reaching = serviceNames.filter((service) =>
        isAllowed(resources, deploymentOf(resources, service), nats, port),
      );
      expect(reaching).to.deep.equal(serviceNames.filter(usesMessages));
    });
  });

describe("what the local overlay tells the services", () => {
  before(needsRenderer);

  it("PostgreSQL is reached by services and migrations, and not by the gateway", () => {
    const resources = render("local");
    const [postgres] = ofKind(resources, "StatefulSet").filter(
      ({ metadata }) => metadata.name === "postgres",
    );
    if (postgres === undefined) throw new Error("There is no PostgreSQL");
    const port = { name: "postgres", number: 5_432 };
    const reaching = ofKind(resources, "Deployment", "Job")
      .filter((workload) => isAllowed(resources, workload, postgres, port))
      .map(({ metadata }) => metadata.name);
    expect(reaching).to.have.members([...inner, ...inner.map((name) => `${name}-migration`)]);
  });
});

describe("what observes the local overlay", () => {
  before(needsRenderer);

  const workload = (name: string) => {
    const found = ofKind(render("local"), "Deployment").find(
      ({ metadata }) => metadata.name === name,
    );
    if (found === undefined) throw new Error(`There is no Deployment ${name}`);
    return found;
  };

  it("scrapes every service, and is sent spans and logs by every one", () => {
    const resources = render("local");
    const metrics = { name: "metrics", number: 9_464 };
    const otlp = { name: "otlp-http", number: 4_318 };
    const [prometheus, collector] = ["prometheus", "opentelemetry-collector"].map(workload);
    if (prometheus === undefined || collector === undefined) throw new Error("not deployed");
    const out = serviceNames.filter(
      (name) =>
        !isAllowed(resources, prometheus, workload(name), metrics) ||
        !isAllowed(resources, workload(name), collector, otlp),
    );
    expect(out).to.deep.equal([]);
    expect(environmentOf(resources, "order")).to.include({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://opentelemetry-collector.observability:4318",
      METRICS_PORT: "9464",
    });
  });

  it("hands traces to Tempo and logs to Loki, and Grafana asks all three", () => {
    const resources = render("local");
    const edges = [
      ["opentelemetry-collector", "tempo", "otlp-grpc", 4_317],
      ["opentelemetry-collector", "loki", "http", 3_100],
      ["grafana", "prometheus", "http", 9_090],
      ["grafana", "tempo", "http", 3_200],
      ["grafana", "loki", "http", 3_100],
    ] as const;
    const missing = edges.filter(
      ([from, to, name, number]) =>
        !isAllowed(resources, workload(from), workload(to), { name, number }),
    );
    expect(missing).to.deep.equal([]);
  });

  it("hands alerts to Alertmanager, which nobody else reaches, and which tells the mail catcher", () => {
    const resources = render("local");
    const [alertmanager, mail] = [workload("alertmanager"), workload("mail")];
    const api = { name: "http", number: 9_093 };
    const reaching = ofKind(resources, "Deployment")
      .filter((from) => isAllowed(resources, from, alertmanager, api))
      .map(({ metadata }) => metadata.name);
    expect(reaching).to.deep.equal(["prometheus"]);
    const smtp = { name: "smtp", number: 1_025 };
    expect(isAllowed(resources, alertmanager, mail, smtp)).to.equal(true);
    const { alerting } = parse(
      mountedBy(resources, workload("prometheus"))["prometheus.yaml"] ?? "",
    );
    expect(alerting.alertmanagers).to.deep.equal([
      { static_configs: [{ targets: ["alertmanager:9093"] }] },
    ]);
    expect(mountedBy(resources, alertmanager)).to.include.keys("config.yaml", "receivers.yaml");
  });
});

describe("tail sampling", () => {
  before(needsRenderer);

  it("has everything recorded, and the collector decide", () => {
    const resources = renderWith("local", "observability/tail-sampling");
    expect(environmentOf(resources, "order").OTEL_TRACES_SAMPLER).to.equal("parentbased_always_on");
    const collector = deploymentOf(resources, "opentelemetry-collector");
    const { processors, service } = parse(mountedBy(resources, collector)["config.yaml"] ?? "");
    expect(service.pipelines.traces.processors).to.include("tail_sampling");
    const plain = parse(readFileSync(join(root, plainCollector), "utf8"));
    const { tail_sampling: _, ...others } = processors;
    expect(others).to.deep.equal(plain.processors);
    expect(service.pipelines.logs).to.deep.equal(plain.service.pipelines.logs);
  });
});

describe("trusted-issuers.json", () => {
  it("is accepted by the services", () => {
    const file = join(root, "deploy/k8s/base/trusted-issuers.json");
    const issuers = readFileSync(file, "utf8");
    const kinds = readTrustedIssuers(issuers).map(({ subjects }) => subjects);
    expect(kinds).to.have.members(["users", "services"]);
  });
});
