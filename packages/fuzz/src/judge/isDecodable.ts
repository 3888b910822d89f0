import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/**
 * Whether a generated reader of this type can read these bytes. It passes over what it does not know or finds in another form, and is
 * lenient: a tag of 0, or the end of a group that never began, ends a message, and what lies in a message may reach beyond its end.
 */
export function isDecodable(type: DescMessage, bytes: Uint8Array): boolean {
  const reader = new BinaryReader(bytes);
  try {
    read(type, reader, reader.len);
    return true;
  } catch {
    return false;
  }
}

function read(type: DescMessage, reader: BinaryReader, end: number): void {
  const fields = new Map(type.fields.map((field) => [field.number, field]));
  while (reader.pos < end) {
    const tag = reader.uint32();
    const wire: WireType = tag & 7;
    if (tag === 0 || wire === WireType.EndGroup) return;
    const field = fields.get(tag >>> 3);
    if (field !== undefined && wire === WireType.LengthDelimited) readInside(field, reader);
    else if (field !== undefined && wire === WireType.Varint) reader.int64();
    else reader.skip(wire);
  }
}

/** What has a length: another message, numbers in a row (all lists of numbers in the contracts are of varints), or text, which may be anything. */
function readInside(field: DescField, reader: BinaryReader): void {
  const isRow = field.fieldKind === "list" && field.scalar !== ScalarType.STRING;
  if (field.message === undefined && !isRow) {
    reader.bytes();
    return;
  }
  const end = reader.uint32() + reader.pos;
  if (field.message !== undefined) read(field.message, reader, end);
  else while (reader.pos < end) reader.int64();
}
