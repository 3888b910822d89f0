import { useQuery } from "@tanstack/react-query";
import { answered, api } from "../api.ts";
import { count, words } from "../format.ts";
import type { components } from "../gen/api.ts";
import { Badge, Meter, PageHead } from "../ui/parts.tsx";
import { Message, Shown } from "../ui/states.tsx";
import { refreshMs, useServices } from "./queries.ts";

type Service = components["schemas"]["ServiceHealth"];
type Consumer = components["schemas"]["EventConsumer"];

function breakerText({ health, breaker }: Service): string {
  if (breaker === "open") return "Calls are turned away at once: it has failed too often";
  if (breaker === "half-open") return "Is asked whether it is back";
  return health === "SERVING" ? "Calls go through" : "Calls are still tried";
}

const ServiceCard = (one: Service) => {
  const { service, health, breaker } = one;
  const state = health === "SERVING" ? "good" : "bad";
  return (
    <li className="card health" data-state={state}>
      <div className="card-head">
        <h3>{words(service)}</h3>
        <Badge state={state} text={words(health)} />
      </div>
      <p className="quiet">
        {breakerText(one)} <span className="visually-hidden">(breaker {breaker})</span>
      </p>
    </li>
  );
};

interface ConsumerRowProps {
  readonly consumer: Consumer;
  /** The longest lag of all, which fills its bar. */
  readonly most: number;
}

function ConsumerRow({ consumer, most }: ConsumerRowProps) {
  const { name, stream, pending, unacknowledged, redelivered } = consumer;
  const behind = pending + unacknowledged;
  const text = behind === 0 ? "up to date" : `${count(behind)} behind`;
  return (
    <li data-state={behind === 0 ? "good" : "waiting"}>
      <strong>{words(name)}</strong>
      <Meter share={behind / most} label={`${name} of ${stream}: ${text}`} />
      <span className="quiet number">
        {text}
        {redelivered > 0 && `, ${count(redelivered)} again`}
      </span>
    </li>
  );
}

function Consumers() {
  const consumers = useQuery({
    queryKey: ["consumers"],
    queryFn: () => answered(api.GET("/api/system/consumers")),
    refetchInterval: refreshMs,
  });
  return (
    <section className="card" aria-label="Consumers of events">
      <h2>Consumers of events</h2>
      <Shown query={consumers} rows={1}>
        {(rows) => {
          if (rows.length === 0)
            return <Message icon="letter" title="There are no consumers yet" />;
          const behind = rows.map(({ pending, unacknowledged }) => pending + unacknowledged);
          const most = Math.max(1, ...behind);
          return (
            <ul className="lag">
              {rows.map((consumer) => (
                <ConsumerRow
                  key={`${consumer.stream}-${consumer.name}`}
                  consumer={consumer}
                  most={most}
                />
              ))}
            </ul>
          );
        }}
      </Shown>
    </section>
  );
}

export function HealthPage() {
  return (
    <>
      <PageHead title="Health" />
      <Shown query={useServices()}>
        {(services) => (
          <section aria-labelledby="services">
            <h2 className="visually-hidden" id="services">
              Services
            </h2>
            <ul className="cards">
              {services.map((service) => (
                <ServiceCard key={service.service} {...service} />
              ))}
            </ul>
          </section>
        )}
      </Shown>
      <Consumers />
    </>
  );
}
