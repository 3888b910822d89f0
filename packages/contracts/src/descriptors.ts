import { readFileSync } from "node:fs";

/** All contracts as an encoded google.protobuf.FileDescriptorSet, which server reflection answers from. */
export function readDescriptors(): Uint8Array {
  return readFileSync(new URL("./gen/descriptors.binpb", import.meta.url));
}
