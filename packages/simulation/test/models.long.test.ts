import { replaySchedules } from "./support/replaySchedules.ts";

const [first, schedules] = [1, 1_500];

describe("the models of statements", () => {
  it(`do what PostgreSQL does, in ${schedules} schedules`, async () => {
    await replaySchedules(first, schedules);
  }).timeout(1_200_000);
});
