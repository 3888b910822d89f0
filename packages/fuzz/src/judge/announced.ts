import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { Any, RetryInfo } from "nice-grpc-error-details";

/** The field of google.rpc.Status that holds the details. */
const DETAILS = 3;

/** Whether the details of a status tell when to come again: then it is a limit that is announced, and no fault. */
export function isAnnounced(status: Uint8Array): boolean {
  const reader = new BinaryReader(status);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field !== DETAILS || wire !== WireType.LengthDelimited) reader.skip(wire);
    else if (Any.decode(reader.bytes()).typeUrl.endsWith(RetryInfo.$type)) return true;
  }
  return false;
}
