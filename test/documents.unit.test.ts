import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { exists, packages, readJson, root } from "./support/repository.ts";

/** One screen. */
const maxLines = 80;

const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("every package and service, and the whole, has a README of one screen", () => {
  for (const path of [".", ...packages.map((one) => one.path)]) {
    it(path, () => {
      expect(exists(`${path}/README.md`), `${path}/README.md exists`).to.equal(true);
      const text = read(`${path}/README.md`).trimEnd();
      expect(text.split("\n").length, "lines").to.be.at.most(maxLines);
      expect(text).to.match(/^# \S/);
    });
  }
});

describe("documents", () => {
  const documents = globSync(
    ["*.md", "{packages,services}/*/*.md", "{bench,deploy,docs}/**/*.md"],
    {
      cwd: root,
      exclude: ["**/node_modules"],
    },
  );
  const { scripts } = readJson<{ scripts: Readonly<Record<string, string>> }>("package.json");

  it("name only commands that there are", () => {
    const unknown = documents.flatMap((path) =>
      [...read(path).matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)]
        .filter(([, script = ""]) => !(script in scripts))
        .map(([command]) => `${path}: ${command}`),
    );
    expect(unknown).to.deep.equal([]);
  });

  it("link only to files that there are", () => {
    const broken = documents.flatMap((path) =>
      [...read(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !exists(join(dirname(path), target)))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).to.deep.equal([]);
  });
});
