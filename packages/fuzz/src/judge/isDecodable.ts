import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Whether a reader that goes by the wire format can read these bytes as a message of this type; what it does not know it passes over. */
export function isDecodable(type: DescMessage, bytes: Uint8Array): boolean {
  try {
    read(type, bytes);
    return true;
  } catch {
    return false;
  }
}

function read(type: DescMessage, bytes: Uint8Array): void {
  const reader = new BinaryReader(bytes);
  const fields = new Map(type.fields.map((field) => [field.number, field]));
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const field = fields.get(number);
    if (field !== undefined && wire === WireType.LengthDelimited) readInside(field, reader.bytes());
    else if (field !== undefined && wire === WireType.Varint) reader.int64();
    else reader.skip(wire, number);
  }
}

/** What has a length: another message, numbers in a row, or text, which may be anything. */
function readInside(field: DescField, bytes: Uint8Array): void {
  if (field.message !== undefined) read(field.message, bytes);
  else if (field.fieldKind === "list" && field.scalar !== ScalarType.STRING) readRow(bytes);
}

/** The numbers of every list in the contracts are varints. */
function readRow(bytes: Uint8Array): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) reader.int64();
}
