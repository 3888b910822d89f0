import { gzipSync } from "node:zlib";
import { expect } from "chai";
import {
  endpointOf,
  findSpans,
  keepSpans,
  type OtlpReceiver,
  receiveOtlp,
  SpanStore,
} from "../src/index.ts";
import { exported, span } from "./support.ts";

const traceId = "c".repeat(32);

const post = (
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) =>
  fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });

describe("the receiver of OTLP", () => {
  let receiver: OtlpReceiver;
  const metrics: string[] = [];

  before(async () => {
    receiver = await receiveOtlp({ metrics: (body) => metrics.push(body.toString()) });
  });
  after(() => receiver[Symbol.asyncDispose]());

  it("hands on what it was told to, plain or compressed, and drops the rest", async () => {
    await post(endpointOf(receiver.address, "metrics"), '{"plain":1}');
    await post(
      endpointOf(receiver.address, "metrics"),
      new Uint8Array(gzipSync('{"compressed":1}')),
      {
        "content-encoding": "gzip",
      },
    );
    const dropped = await post(endpointOf(receiver.address, "traces"), "{}");
    expect(dropped.status).to.equal(200);
    expect(metrics).to.deep.equal(['{"plain":1}', '{"compressed":1}']);
  });

  it("tells what to set when it is sent something else than JSON", async () => {
    const headers = { "content-type": "application/x-protobuf" };
    const response = await post(endpointOf(receiver.address, "metrics"), "x", headers);
    const dropped = await post(endpointOf(receiver.address, "traces"), "x", headers);
    expect(dropped.status).to.equal(200);
    expect(response.status).to.equal(415);
    expect(await response.text()).to.include("OTEL_EXPORTER_OTLP_PROTOCOL=http/json");
  });

  it("takes 16 MB in one export, and not a byte more", async () => {
    const limit = 16 * 1024 * 1024;
    const fitting = await post(endpointOf(receiver.address, "traces"), Buffer.alloc(limit));
    const larger = await post(endpointOf(receiver.address, "traces"), Buffer.alloc(limit + 1));
    expect([fitting.status, larger.status]).to.deep.equal([200, 413]);
  });

  it("answers what it does not know by 404", async () => {
    const found = await Promise.all([
      fetch(`http://${receiver.address}/spans`),
      post(`http://${receiver.address}/v1/profiles`, "{}"),
    ]);
    expect(found.map(({ status }) => status)).to.deep.equal([404, 404]);
  });
});

describe("the keeper of spans", () => {
  it("finds what it was sent, by order and by trace, and tells how much it keeps", async () => {
    await using keeper = await keepSpans(new SpanStore());
    const body = exported("order", [span(traceId, "create", { order: "o-1" })]).toString();
    await post(endpointOf(keeper.address, "traces"), body);
    const byOrder = await findSpans(keeper.address, "o-1", []);
    const byTrace = await findSpans(keeper.address, "unknown", [traceId]);
    const neither = await findSpans(keeper.address, "unknown", []);
    expect(byOrder.found.map(({ name }) => name)).to.deep.equal(["create"]);
    expect(byTrace.found).to.deep.equal(byOrder.found);
    expect(neither).to.deep.include({ found: [], spans: 1, forgottenSpans: 0 });
  });
});
