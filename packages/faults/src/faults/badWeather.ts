import { fair, type Weather } from "@waybill/stack";
import type { Chance } from "../chance.ts";
import { lasting, seconds } from "../patience.ts";
import type { Fault, Limits } from "./fault.ts";
import { directions, linksOf } from "./ways.ts";

const LONGEST_MS = 20_000;

/** A fault that is bad weather on the ways between two parts for a while. */
export const badWeather = (
  name: string,
  description: string,
  forecast: (chance: Chance) => { readonly weather: Weather; readonly what: string },
): Fault => ({
  name,
  description,
  plan: (chance: Chance, { maxMs }: Limits) => {
    const direction = chance.pick(directions);
    const { weather, what } = forecast(chance);
    const forMs = chance.between(500, Math.max(500, Math.min(LONGEST_MS, maxMs)));
    return {
      what: `${what} from ${direction.from} to ${direction.to} for ${seconds(forMs)}`,
      run: async (arena, signal) => {
        const links = linksOf(arena, direction);
        for (const link of links) link.weather = weather;
        await lasting(forMs, signal);
        for (const link of links) link.weather = fair;
      },
    };
  },
});
