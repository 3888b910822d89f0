import { expect } from "chai";
import { type Msg, type MsgHdrs, MsgHdrsImpl } from "nats";
import { envelopeOf, headerBlock, headersOf, messageId } from "../src/envelope.ts";
import { headerReader } from "../src/rawHeaders.ts";

const event = {
  subject: "orders.v1.placed.ord_1",
  type: "waybill.order.v1.placed",
  id: "ord_1.1",
  source: "status",
  time: new Date("2026-11-01T12:00:00.123Z"),
  data: Buffer.from("payload"),
  traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01`,
  publication: 1,
};

/** A message as the client makes it from what came over the wire. */
const messageWith = (block: Uint8Array): Msg =>
  ({
    _rdata: Buffer.concat([block, Buffer.from("payload")]),
    _msg: { hdr: block.length },
  }) as unknown as Msg;

/** A message of a client whose internals are others. */
const foreignMessageWith = (block: Uint8Array): Msg =>
  ({ headers: MsgHdrsImpl.decode(block) as MsgHdrs }) as Msg;

describe("the envelope of an event", () => {
  it("is CloudEvents in binary content mode, with trace context and message id", () => {
    const headers = MsgHdrsImpl.decode(headersOf(event, 0n).encode());
    expect(Object.fromEntries(headers)).to.deep.equal({
      "Nats-Msg-Id": ["ord_1.1"],
      "ce-specversion": ["1.0"],
      "ce-id": ["ord_1.1"],
      "ce-type": ["waybill.order.v1.placed"],
      "ce-source": ["status"],
      "ce-time": ["2026-11-01T12:00:00.123Z"],
      "ce-datacontenttype": ["application/protobuf"],
      "waybill-publication": ["1"],
      traceparent: [event.traceparent],
    });
  });

  it("names later publications of the same event", () => {
    expect([1, 2, 17].map((publication) => messageId({ id: "a", publication }, 0n))).to.deep.equal([
      "a",
      "a#2",
      "a#17",
    ]);
  });

  it("is called otherwise in each restore epoch, and says so", () => {
    const headers = MsgHdrsImpl.decode(headersOf({ ...event, publication: 2 }, 17n).encode());
    expect(headers.get("ce-id")).to.equal("ord_1.1@17");
    expect(headers.get("Nats-Msg-Id")).to.equal("ord_1.1@17#2");
    expect(headers.get("waybill-restore-epoch")).to.equal("17");
  });

  it("does not let a value begin another header", () => {
    const block = headerBlock([["a", "1\r\nb: 2\n\n3"]]).encode();
    expect([...MsgHdrsImpl.decode(block)]).to.deep.equal([["a", ["1 b: 2 3"]]]);
  });

  for (const [how, toMessage] of [
    ["from the raw block", messageWith],
    ["by the client's own reader", foreignMessageWith],
  ] as const) {
    it(`is read back ${how}`, () => {
      const block = headersOf({ ...event, publication: 3 }, 0n).encode();
      const { id, type, source, traceparent } = event;
      expect(envelopeOf(headerReader(toMessage(block)))).to.deep.equal({
        id,
        type,
        source,
        traceparent,
        publication: 3,
      });
    });
  }

  it("has defaults for what a stranger left out", () => {
    const missing = { id: "", type: "", source: "", traceparent: "", publication: 1 };
    const bare = { _rdata: Buffer.from("x"), _msg: { hdr: -1 } } as unknown as Msg;
    expect(envelopeOf(headerReader(bare))).to.deep.equal(missing);
    const odd = headerBlock([["waybill-publication", "-4"]]).encode();
    expect(envelopeOf(headerReader(messageWith(odd)))).to.deep.equal(missing);
  });
});
