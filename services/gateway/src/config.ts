import { isIP } from "node:net";
import {
  envAddress,
  envDuration,
  envInteger,
  envText,
  loadConfig,
  processConfig,
} from "@waybill/chassis";
import { grafanaTempo, isTraceTemplate } from "./app/traceLinks.ts";

/** Requests per minute; 0 means no limit. */
const perMinute = (requests: number) => envInteger({ min: 0, max: 100_000_000, default: requests });

export const readConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(
    {
      ...processConfig,
      PORT: envInteger({ min: 0, max: 65_535, default: 8_080 }),
      ORDER_ADDRESS: envAddress("127.0.0.1:50051"),
      STATUS_ADDRESS: envAddress("127.0.0.1:50052"),
      ITEM_ADDRESS: envAddress("127.0.0.1:50053"),
      PAYMENT_ADDRESS: envAddress("127.0.0.1:50054"),
      USER_ADDRESS: envAddress("127.0.0.1:50055"),
      WORKFLOW_ADDRESS: envAddress("127.0.0.1:50056"),
      SHIPPING_ADDRESS: envAddress("127.0.0.1:50057"),
      DELIVERY_ADDRESS: envAddress("127.0.0.1:50058"),
      NOTIFICATION_ADDRESS: envAddress("127.0.0.1:50059"),
      /** How an order is paid that does not say. */
      DEFAULT_PAYMENT_METHOD: envText("pm_ok"),
      /** What an item costs whose currency is not said. */
      DEFAULT_CURRENCY: envText("EUR").refine(
        (text) => /^[A-Z]{3}$/.test(text),
        "a currency such as EUR",
      ),
      /** How long after placing an order can surely be cancelled, as the workflow has it; told to customers. */
      CANCELLATION_WINDOW: envDuration(5_000),
      /** Where a trace can be looked at; {traceId} stands for its id. none: nowhere. Default: Grafana with Tempo. */
      TRACE_URL: envText(grafanaTempo).refine(
        (text) => text === "none" || isTraceTemplate(text),
        "an address with {traceId} in it, such as https://grafana.example.org/trace/{traceId}, or none",
      ),
      /** Whose pages may call from a browser: origins separated by commas, or *. */
      CORS_ORIGINS: envText("none").refine(
        (text) => listOf(text).every((origin) => origin === "*" || isOrigin(origin)),
        "origins such as https://shop.example.org, without a path, or *",
      ),
      /** Proxies whose X-Forwarded-For is believed: addresses or networks separated by commas. */
      TRUSTED_PROXIES: envText("none").refine(
        (text) => listOf(text).every(isNetwork),
        "addresses or networks such as 10.0.0.0/8",
      ),
      /** Of everybody behind one address, of one identity, and of logins, registrations and the like from one address. */
      RATE_LIMIT_ADDRESS: perMinute(6_000),
      RATE_LIMIT_IDENTITY: perMinute(1_200),
      RATE_LIMIT_LOGIN: perMinute(30),
      /** Requests are turned away while the event loop is later than this; 0: never. Unit: ms. */
      MAX_EVENT_LOOP_DELAY: envInteger({ min: 0, max: 60_000, default: 200 }),
      /** Live streams of this process, and of one identity. */
      MAX_EVENT_STREAMS: envInteger({ min: 1, max: 100_000, default: 2_000 }),
      MAX_EVENT_STREAMS_PER_IDENTITY: envInteger({ min: 1, max: 10_000, default: 20 }),
    },
    env,
  );

/** What browsers send as Origin; anything else would never match. */
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

function isNetwork(text: string): boolean {
  const [address = "", prefix] = text.split("/", 2);
  const family = isIP(address);
  if (family === 0 || prefix === undefined) return family !== 0;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

/** The elements of a list in the configuration; "none" is the empty one. */
export const listOf = (text: string): readonly string[] =>
  text === "none" ? [] : text.split(",").map((element) => element.trim());
