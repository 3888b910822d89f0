import { badWeather } from "./badWeather.ts";

export const blackHole = badWeather(
  "black-hole",
  "connections between two parts are accepted, and nothing is ever answered",
  () => ({ weather: { isBlackHole: true }, what: "black hole" }),
);
