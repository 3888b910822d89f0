import { Link } from "@tanstack/react-router";
import { useNow } from "../clock.ts";
import { Icon, type IconName } from "../icons.tsx";
import { Live, PageHead } from "../ui/parts.tsx";
import { Failure } from "../ui/states.tsx";
import { Stays, Throughput } from "./charts.tsx";
import { Lifecycle } from "./lifecycle.tsx";
import { useDeadLetters, useFlow, useProcesses, useServices } from "./queries.ts";
import { useRates } from "./rates.ts";

interface AlertProps {
  readonly to: "/shop/stuck" | "/shop/dead-letters" | "/shop/health";
  readonly icon: IconName;
  readonly title: string;
  /** How much is wrong; undefined while it is not known. */
  readonly found: number | undefined;
  readonly more?: boolean;
  readonly none: string;
  readonly some: string;
}

function textOf({ found, more, none, some }: AlertProps): string {
  if (found === undefined) return "not known";
  return found === 0 ? none : `${found}${more ? "+" : ""} ${some}`;
}

const Alert = (props: AlertProps) => (
  <Link
    to={props.to}
    data-state={props.found === undefined ? "waiting" : props.found === 0 ? "good" : "bad"}
  >
    <span className="icon">
      <Icon name={props.icon} />
    </span>
    <span>
      <strong>{props.title}</strong>
      <span className="quiet">{textOf(props)}</span>
    </span>
  </Link>
);

/** What a query has found, unless it fails now. */
const known = <T,>(query: { readonly data: T; readonly isError: boolean }): T | undefined =>
  query.isError ? undefined : query.data;

/** What wants a look, each part known by itself. */
function Attention() {
  const stuck = known(useProcesses("STUCK"));
  const letters = known(useDeadLetters());
  const services = known(useServices());
  return (
    <nav className="attention" aria-label="What wants a look">
      <Alert
        to="/shop/stuck"
        icon="wait"
        title="Stuck work"
        found={stuck?.rows.length}
        more={stuck?.next !== undefined}
        none="nothing is stuck"
        some="orders are stuck"
      />
      <Alert
        to="/shop/dead-letters"
        icon="letter"
        title="Dead letters"
        found={letters?.rows.length}
        more={letters?.next !== undefined}
        none="all messages handled"
        some="to decide about"
      />
      <Alert
        to="/shop/health"
        icon="heart"
        title="Services"
        found={services?.filter(({ health }) => health !== "SERVING").length}
        none="all are serving"
        some="do not serve"
      />
    </nav>
  );
}

export function OverviewPage() {
  const { perSecond, live } = useRates();
  const flow = useFlow();
  const now = useNow(1_000);
  return (
    <>
      <PageHead title="Overview">
        <Live state={live} />
      </PageHead>
      {flow.error && <Failure error={flow.error} again={() => void flow.refetch()} />}
      <Lifecycle summaries={flow.data} perSecond={perSecond} now={now} />
      <Attention />
      <div className="charts">
        <Throughput perSecond={perSecond} />
        <Stays summaries={flow.data ?? []} />
      </div>
    </>
  );
}
