// What the server answers to a chart, and how it becomes ECharts series with gaps shown as gaps.
export type Point = [number, number | null, number | null, number | null]; // ms, mean, low, high; null where nothing was heard
export interface Line {
  name: string; unit: string; points: Point[]; states?: Record<string, string>; shift_ms?: number; compare?: boolean;
}
export interface Answer {
  lines: Line[]; start: number; end: number; bucket_ms: number; raw: boolean;
  gaps: [number, number][]; gap_name?: string; marks: { at: number; name: string; severity: number }[];
  limits?: { value: number; name: string; severity: number }[];
}

/** The desk's clock is Beijing time, whatever the browser's zone: charts draw shifted moments as if they were UTC. */
export const BEIJING_MS = 8 * 3600_000;

const TONES = ["--accent", "#7a4d9f", "#9a6b00", "#3f6b2f"];
export const tone = (n: number, css: (name: string) => string): string => {
  const wanted = TONES[n % TONES.length];
  return wanted.startsWith("--") ? css(wanted) : wanted;
};

const spread = (line: Line): boolean => !line.states && line.points.some(([, , low, high]) => low !== null && high !== null && high > low);

export function seriesOf(answer: Answer, css: (name: string) => string): object[] {
  const units = [...new Set(answer.lines.map((line) => line.unit))];
  return answer.lines.flatMap((line, n) => {
    const stroke = line.compare ? css("--unknown") : tone(n, css);
    const axis = { yAxisIndex: Math.min(1, units.indexOf(line.unit)) };
    const main = {
      name: line.name, type: "line", ...axis, showSymbol: line.points.length < 40, symbolSize: 4, connectNulls: false, step: line.states ? "end" : undefined,
      data: line.points.map(([t, mean]) => [t + BEIJING_MS, mean]), color: stroke, lineStyle: { width: line.compare ? 1.25 : 1.75, type: line.compare ? "dashed" : "solid" },
      sampling: undefined, animation: false, z: line.compare ? 2 : 3,
      ...(n === 0 ? extras(answer, css) : {}),
    };
    if (!spread(line) || line.compare) return [main];
    const band = { type: "line", ...axis, symbol: "none", silent: true, stack: `band-${n}`, stackStrategy: "all", lineStyle: { opacity: 0 }, animation: false, tooltip: { show: false }, connectNulls: false };
    return [
      { ...band, name: `${line.name}-low`, data: line.points.map(([t, , low]) => [t + BEIJING_MS, low]) },
      { ...band, name: `${line.name}-high`, data: line.points.map(([t, , low, high]) => [t + BEIJING_MS, low === null || high === null ? null : high - low]), areaStyle: { color: stroke, opacity: 0.14 } },
      main,
    ];
  });
}

/** Marks that stand close together keep their lines; only the first of them is named. */
function spaced(answer: Answer): Answer["marks"] {
  let named = -Infinity;
  return [...answer.marks].sort((a, b) => a.at - b.at).map((mark) => {
    if (mark.at - named < (answer.end - answer.start) / 12) return { ...mark, name: "" };
    named = mark.at;
    return mark;
  });
}

/** A name near an edge grows inwards. */
function leaning(at: number, answer: Answer): "left" | "center" | "right" {
  const share = (at - answer.start) / (answer.end - answer.start);
  return share < 0.08 ? "left" : share > 0.92 ? "right" : "center";
}

function extras(answer: Answer, css: (name: string) => string): object {
  return {
    markArea: {
      silent: true, itemStyle: { color: css("--unknown-wash"), opacity: 0.9 }, label: { show: true, color: css("--ink-3"), fontSize: 11, position: "insideTop" },
      data: answer.gaps.map(([from, to]) => [{ xAxis: from + BEIJING_MS, name: to - from > (answer.end - answer.start) / 12 ? answer.gap_name ?? "" : "" }, { xAxis: to + BEIJING_MS }]),
    },
    markLine: {
      symbol: "none", animation: false,
      data: [
        ...(answer.limits ?? []).map((limit) => ({
          yAxis: limit.value, lineStyle: { color: css(`--severity-${limit.severity}`), type: "dashed", width: 1 },
          label: { formatter: limit.name, position: "insideStartTop", color: css("--ink-2"), fontSize: 11 },
        })),
        ...spaced(answer).map((mark) => ({
          xAxis: mark.at + BEIJING_MS, lineStyle: { color: css(`--severity-${mark.severity}`), type: "solid", width: 1.5 },
          label: { formatter: mark.name, color: css("--ink-2"), fontSize: 11, position: "end", rotate: 0, align: leaning(mark.at, answer) },
        })),
      ],
    },
  };
}
