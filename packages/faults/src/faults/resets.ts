import { badWeather } from "./badWeather.ts";

export const resets = badWeather(
  "resets",
  "5 % of what is sent between two parts resets its connection instead",
  () => ({ weather: { resets: 0.05 }, what: "5 % resets" }),
);
