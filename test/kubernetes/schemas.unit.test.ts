import { expect } from "chai";
import { needsRenderer, ofKind, overlays, type Resource, render } from "./support/manifests.ts";
import { isCheckable, schemaProblems, unknownFields } from "./support/schemas.ts";

for (const overlay of overlays)
  describe(`the schema of Kubernetes 1.36 and ${overlay}`, () => {
    before(needsRenderer);

    it("finds every required field, and types and values as they must be", async () => {
      const checkable = render(overlay).filter(isCheckable);
      expect(await schemaProblems(checkable)).to.deep.equal([]);
    });

    it("knows every field", () => {
      expect(unknownFields(render(overlay).filter(isCheckable))).to.deep.equal([]);
    });
  });

describe("the schema check", () => {
  before(needsRenderer);

  const broken = (change: (deployment: Resource) => void): Resource[] => {
    const [deployment] = structuredClone(ofKind(render("local"), "Deployment"));
    if (deployment === undefined) throw new Error("There is no Deployment");
    change(deployment);
    return [deployment];
  };

  it("notices a field that is missing", async () => {
    const [problem] = await schemaProblems(broken(({ spec }) => delete spec.selector));
    expect(problem).to.include("selector");
  });

  it("notices a field with a typing error, deep inside", () => {
    const [problem] = unknownFields(
      broken(({ spec }) => {
        spec.template.spec.containers[0].securityContext.readOnlyRootFileSystem = true;
      }),
    );
    expect(problem).to.include("readOnlyRootFileSystem");
  });

  it("leaves out CloudNativePG's objects alone, whose schemas no package has", () => {
    const unchecked = render("production").filter((resource) => !isCheckable(resource));
    expect(new Set(unchecked.map(({ kind }) => kind))).to.deep.equal(
      new Set(["Cluster", "ScheduledBackup", "ObjectStore"]),
    );
  });
});
