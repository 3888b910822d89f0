import type { Dashboard, Panel, Query } from "./dashboard.ts";

/** The data source, as it is provisioned. */
const datasource = { type: "prometheus", uid: "prometheus" } as const;

const gridWidth = 24;
const statHeight = 4;
const graphHeight = 8;
/** Wide enough to be read, four numbers or two graphs beside each other. */
const statWidth = 6;
const graphWidth = 12;

interface Placed {
  readonly json: object;
  readonly bottom: number;
}

/** A dashboard as Grafana takes it. */
export function toGrafana({ uid, title, rows, hasServices = false }: Dashboard): object {
  const panels: object[] = [];
  let top = 0;
  for (const row of rows) {
    panels.push({
      type: "row",
      title: row.title,
      collapsed: false,
      panels: [],
      id: panels.length + 1,
      gridPos: { x: 0, y: top, w: gridWidth, h: 1 },
    });
    let x = 0;
    let y = top + 1;
    let bottom = y;
    for (const panel of row.panels) {
      const width = panel.kind === "stat" ? statWidth : graphWidth;
      if (x + width > gridWidth) [x, y] = [0, bottom];
      const placed = placedPanel(panel, panels.length + 1, x, y, width);
      panels.push(placed.json);
      x += width;
      bottom = Math.max(bottom, placed.bottom);
    }
    top = bottom;
  }
  return {
    uid,
    title,
    tags: ["waybill"],
    timezone: "browser",
    schemaVersion: 39,
    editable: false,
    refresh: "10s",
    time: { from: "now-30m", to: "now" },
    templating: { list: hasServices ? [serviceVariable] : [] },
    annotations: { list: [] },
    links: [
      { type: "dashboards", title: "Waybill", tags: ["waybill"], asDropdown: true, keepTime: true },
    ],
    panels,
  };
}

function placedPanel(panel: Panel, id: number, x: number, y: number, width: number): Placed {
  const { title, description = "", unit, queries, kind, badFrom } = panel;
  const height = kind === "stat" ? statHeight : graphHeight;
  const steps = [
    { color: "green", value: null },
    ...(badFrom === undefined ? [] : [{ color: "red", value: badFrom }]),
  ];
  const json = {
    type: kind ?? "timeseries",
    id,
    title,
    description,
    datasource,
    gridPos: { x, y, w: width, h: height },
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: "absolute", steps },
        ...(kind === "stat" || badFrom === undefined
          ? {}
          : { custom: { thresholdsStyle: { mode: "line" } } }),
      },
      overrides: [],
    },
    links: panel.traces === undefined ? [] : [tracesLink(panel.traces)],
    options: kind === "stat" ? { reduceOptions: { calcs: ["lastNotNull"] } } : graphOptions,
    targets: queries.map((query, index) => target(query, index)),
  };
  return { json, bottom: y + height };
}

/** How Grafana's own variables are named in a link. */
const variable = (name: string): string => `$\{${name}}`;

/** Leads to Tempo with this query, for the time that is shown. */
function tracesLink(query: string): object {
  const tempo = { type: "tempo", uid: "tempo" };
  const queries = [{ refId: "A", datasource: tempo, queryType: "traceql", query }];
  const range = { from: "FROM", to: "TO" };
  const panes = JSON.stringify({ traces: { datasource: tempo.uid, queries, range } });
  // Grafana puts the times in, and knows them only as they are.
  const encoded = encodeURIComponent(panes)
    .replace("FROM", variable("__from"))
    .replace("TO", variable("__to"));
  return { title: "Traces", url: `/explore?schemaVersion=1&panes=${encoded}`, targetBlank: true };
}

const graphOptions = {
  legend: { displayMode: "table", placement: "right", calcs: ["lastNotNull", "max"] },
  tooltip: { mode: "multi", sort: "desc" },
};

const target = ([legendFormat, expr]: Query, index: number) => ({
  refId: String.fromCharCode("A".charCodeAt(0) + index),
  datasource,
  expr,
  legendFormat,
  exemplar: expr.includes("_bucket"), // Dots that lead to traces, where the histogram has any.
});

const serviceVariable = {
  name: "service",
  label: "Service",
  type: "query",
  datasource,
  query: { query: 'label_values(up{job="waybill"}, service)', refId: "services" },
  refresh: 2,
  includeAll: true,
  multi: true,
  allValue: ".+",
  current: { selected: true, text: ["All"], value: ["$__all"] },
};
