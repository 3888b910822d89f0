import pins from "./pins.json" with { type: "json" };

const digests: Readonly<Record<string, string>> = pins;
const known = new Map<string, string>();

/**
 * The name of a statement without the digest of its SQL, which production adds. Throws when the digest is not the one that the statement had when
 * it was modelled: the model then has to be looked at, too.
 */
export function pinned(fullName: string): string {
  const before = known.get(fullName);
  if (before !== undefined) return before;
  const at = fullName.lastIndexOf("_");
  const [name, digest] = [fullName.slice(0, at), fullName.slice(at + 1)];
  if (digests[name] !== digest) {
    throw new Error(
      `The SQL of the statement ${name} is not the one that was modelled (${digests[name] ?? "none"}, now ${digest}). ` +
        "Bring its model in packages/simulation/src/store/models in line, then note the new digest in pins.json.",
    );
  }
  known.set(fullName, name);
  return name;
}
