import { expect } from "chai";
import type { Observation } from "../src/top/observation.ts";
import { Series } from "../src/top/series.ts";
import { troublesOf } from "../src/top/troubles.ts";
import { consumer, observation, part } from "./support/observations.ts";

const now = 100;
const at = (seconds: number) => (now - seconds) * 1_000;

/** Told of processes with these metrics, which told nothing before. */
const troubles = (metrics: string, given: Partial<Observation> = {}) =>
  troublesOf(
    new Series(
      observation(now - 10, [part("order", "")]),
      observation(now, [part("order", metrics)], given),
    ),
  );

const consuming = (given: Parameters<typeof consumer>[1]) =>
  troubles("", { messaging: { consumers: [consumer("shipping", given)], deadLetters: 0 } });

describe("npm run top names", () => {
  it("nothing, of a stack in which nothing is wrong", () => {
    expect(troubles("")).to.deep.equal([]);
    expect(consuming({ pending: 3, unsettled: 2, oldestAt: at(5) })).to.deep.equal([]);
  });

  it("servers that are away", () => {
    expect(troubles("", { messaging: undefined, isPostgresUp: false })).to.deep.equal([
      "PostgreSQL is down: nothing is accepted",
      "NATS does not answer: orders are accepted, nothing moves",
    ]);
  });

  it("processes that are down, do not serve, or tell nothing", () => {
    const parts = [
      part("item", "", { health: "down", scrape: undefined }),
      part("user", "", { health: "running", scrape: undefined }),
      part("status", "", { scrape: undefined }),
    ];
    expect(troubles("", { parts })).to.deep.equal([
      "item is down: it has no process",
      "user does not serve: it runs, but does not answer for its health",
      "status does not tell its metrics in time",
    ]);
  });

  it("consumers that are paused, that nobody reads for, or that are late by more than 5 s", () => {
    const late = { pending: 1_200, unsettled: 34, oldestAt: at(12) };
    const waiting = "1,234 events wait, the oldest for 12.0 s";
    const name = "consumer shipping of ORDERS";
    expect(consuming({ ...late, isPaused: true })).to.deep.equal([`${name} is paused; ${waiting}`]);
    expect(consuming({ ...late, readers: 0 })).to.deep.equal([`${name}: nobody reads; ${waiting}`]);
    expect(consuming(late)).to.deep.equal([`${name} is late; ${waiting}`]);
    expect(consuming({ isPaused: true })).to.deep.equal([`${name} is paused`]);
    expect(consuming({ readers: 0 }), "nothing to read").to.deep.equal([]);
    expect(consuming({ pending: 1, oldestAt: at(5.1) })).to.have.length(1);
  });

  it("a provider that takes longer than a second", () => {
    const calls = (limit: string) =>
      `waybill_payment_provider_duration_seconds_count{operation="authorize"} 9
waybill_payment_provider_duration_seconds_bucket{operation="authorize",le="${limit}"} 9`;
    expect(troubles(calls("2.5"))).to.deep.equal([
      "the payment provider is slow: authorize takes 2.5 s (p99)",
    ]);
    expect(troubles(calls("1"))).to.deep.equal([]);
  });

  it("breakers that are open, with those who call", () => {
    const open = 'waybill_rpc_breaker_state{callee="item",state="open"} 1';
    const parts = [part("order", open), part("workflow", open)];
    expect(troubles("", { parts })).to.deep.equal([
      "calls to item fail at once (breaker open) in order and workflow",
    ]);
  });

  it("stuck orders, journals behind, holds that are kept, dead letters", () => {
    const metrics = `waybill_workflow_stuck{step="CONFIRM"} 1
waybill_journal_oldest_age_seconds{messaging_destination_name="ORDERS"} 6
waybill_tcc_kept_holds 2`;
    const found = troubles(metrics, { messaging: { consumers: [], deadLetters: 1 } });
    expect(found).to.deep.equal([
      "1 order stuck in CONFIRM: docs/operations.md#a-stuck-order",
      "the journal of ORDERS is not published: its oldest row waits for 6.0 s",
      "2 expired holds kept, since their orders' fate is not known",
      "1 dead letter: docs/operations.md#dead-letters",
    ]);
  });

  it("orders that are accepted later than promised, and a loop that is held up", () => {
    const metrics = `rpc_server_call_duration_seconds_bucket{rpc_method="waybill.order.v1.OrderService/CreateOrder",le="0.25"} 0
rpc_server_call_duration_seconds_bucket{rpc_method="waybill.order.v1.OrderService/CreateOrder",le="0.5"} 4
nodejs_eventloop_delay_p99_seconds 0.6`;
    expect(troubles(metrics)).to.deep.equal([
      "accepting orders takes 498 ms (p99), more than 250 ms",
      "order is held up: its event loop waits for 600 ms (p99)",
    ]);
  });
});
