import { badWeather } from "./badWeather.ts";

const SHORTEST_MS = 20;
const LONGEST_MS = 1_500;

export const latency = badWeather(
  "latency",
  "everything between two parts takes 20 to 1,500 ms longer",
  (chance) => {
    const latencyMs = chance.between(SHORTEST_MS, LONGEST_MS);
    return { weather: { latencyMs }, what: `latency of ${latencyMs} ms` };
  },
);
