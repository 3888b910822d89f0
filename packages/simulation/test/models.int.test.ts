import { expect } from "chai";
import pins from "../src/store/pins.json" with { type: "json" };
import { replaySchedules } from "./support/replaySchedules.ts";

/** Together, these schedules carry out each statement but one, which hardly any does. */
const [first, schedules] = [1_200, 20];
const rare = "payment_events_again";

describe("the models of statements", () => {
  it(`all do what PostgreSQL does, in ${schedules} schedules`, async () => {
    const counts = await replaySchedules(first, schedules);
    const modelled = Object.keys(pins).filter((name) => name !== rare);
    expect([...counts.keys()]).to.include.members(modelled);
  }).timeout(180_000);
});
