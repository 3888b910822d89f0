import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { exists, root } from "../support/repository.ts";
import { needsRenderer, ofKind, render } from "./support/manifests.ts";
import { evaluateTiltfile, nameOf, needsPython, type TiltCall } from "./support/tiltfile.ts";
import { containersOf, podOf, workloads } from "./support/workloads.ts";

describe("the Tiltfile", () => {
  let calls: readonly TiltCall[];
  const callsOf = (name: string) => calls.filter((call) => call.function === name);

  before(function () {
    needsRenderer.call(this);
    needsPython.call(this);
    calls = evaluateTiltfile();
  });

  it("builds each image that the manifests leave to it, from folders that there are", () => {
    const wanted = containersOf(render("tilt"))
      .map(({ container }) => container.image as string)
      .filter((image) => image.startsWith("waybill/"));
    const builds = callsOf("docker_build");
    expect(builds.map(nameOf)).to.have.members([...new Set(wanted)]);
    const folders = builds.flatMap(({ only = [] }) => only);
    expect(folders.filter((path) => !exists(path))).to.deep.equal([]);
    expect(new Set(builds.map(({ target }) => target))).to.deep.equal(new Set(["development"]));
  });

  it("builds them from all that the Dockerfile may take, the gateway's from the console too", () => {
    const allowed = [
      ...readFileSync(join(root, ".dockerignore"), "utf8").matchAll(/^!(.+)$/gm),
    ].map(([, path = ""]) => path);
    expect(allowed).to.include.members(["packages", "console"]);
    for (const build of callsOf("docker_build")) {
      const { only = [] } = build;
      const isGateway = nameOf(build) === "waybill/gateway";
      const has = (path: string) => only.some((one) => one === path || path.startsWith(`${one}/`));
      const wanted = allowed.map((path) => {
        if (path === "services") return `services/${nameOf(build).replace("waybill/", "")}`;
        return path === "console" && !isGateway ? "console/package.json" : path;
      });
      const lacking = wanted.filter((path) => !has(path));
      expect(lacking, nameOf(build)).to.deep.equal(isGateway ? [] : ["tsconfig.json"]);
    }
  });

  it("puts changed files where the image has them", () => {
    for (const { live_update: [first, ...syncs] = [] } of callsOf("docker_build")) {
      expect(first?.function).to.equal("fall_back_on");
      for (const { args } of syncs) expect(args[1]).to.equal(`/app/${args[0]}`);
    }
  });

  it("names only workloads that there are, and forwards only ports that they have", () => {
    const found = new Map(workloads(render("tilt")).map((one) => [one.metadata.name, one]));
    for (const resource of callsOf("k8s_resource")) {
      const workload = found.get(nameOf(resource));
      expect(workload, nameOf(resource)).not.to.equal(undefined);
      const ports = podOf(workload ?? { apiVersion: "", kind: "", metadata: { name: "" } })
        .spec.containers.flatMap(
          ({ ports: all = [] }: { ports?: { containerPort: number }[] }) => all,
        )
        .map(({ containerPort }: { containerPort: number }) => containerPort);
      for (const { args } of resource.port_forwards ?? []) expect(ports).to.include(args.at(-1));
    }
    expect(callsOf("k8s_resource").map(nameOf)).to.include.members([...found.keys()]);
  });

  it("starts everything in an order that ends", () => {
    const resources = [...callsOf("k8s_resource"), ...callsOf("local_resource")];
    const started = new Set<string>();
    const left = new Map(resources.map((one) => [nameOf(one), one.resource_deps ?? []]));
    for (let progress = true; progress; ) {
      const next = [...left].filter(([, needs]) => needs.every((need) => started.has(need)));
      for (const [name] of next) {
        started.add(name);
        left.delete(name);
      }
      progress = next.length > 0;
    }
    expect([...left.keys()]).to.deep.equal([]);
  });

  it("lets the root of a service's file system be written to, and changes nothing else", () => {
    const rendered = structuredClone(render("tilt"));
    const services = ofKind(rendered, "Deployment").filter(
      ({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] === "service",
    );
    for (const service of services)
      podOf(service).spec.containers[0].securityContext.readOnlyRootFilesystem = true;
    expect(rendered).to.deep.equal(render("local"));
  });
});
