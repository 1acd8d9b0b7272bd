// A device's history: zoom asks the server again, so a long range comes in buckets and a short one as it was measured.
import { colour, echarts, FONT_FAMILY } from "../charts/library";
import { BEIJING_MS, seriesOf, type Answer, type Line } from "../charts/series";
import type { Unmount } from "../islands";
import { send } from "../requests";
import { clock } from "../time";

export function mount(root: HTMLElement): Unmount {
  const form = document.querySelector<HTMLFormElement>(root.dataset.controls ?? "#no-controls");
  const canvas = document.createElement("div");
  canvas.style.cssText = "position:absolute;inset:0";
  const state = document.createElement("div");
  state.className = "state-loading";
  root.replaceChildren(canvas, state);
  const chart = echarts.init(canvas, null, { renderer: "canvas", locale: "ZH" });
  let asked = 0;
  let span: { start: number; end: number } | null = null;
  let timer = 0;

  function query(): string {
    const values = new URLSearchParams(form ? (new FormData(form) as unknown as Record<string, string>) : {});
    if (form) {
      values.delete("metric");
      for (const metric of new FormData(form).getAll("metric")) values.append("metric", String(metric));
    }
    values.delete("csrfmiddlewaretoken");
    values.set("points", String(Math.max(200, Math.round(root.clientWidth / 2))));
    if (span) {
      values.set("start", String(Math.round(span.start)));
      values.set("end", String(Math.round(span.end)));
    }
    return values.toString();
  }

  async function read(): Promise<void> {
    const mine = ++asked;
    try {
      const address = root.dataset.src ?? "";
      const answer = (await (await send(`${address}${address.includes("?") ? "&" : "?"}${query()}`)).json()) as Answer;
      if (mine !== asked) return;
      state.hidden = answer.lines.some((line) => line.points.some(([, mean]) => mean !== null));
      state.className = "state-empty chart-state";
      state.textContent = root.dataset.empty ?? "";
      draw(answer);
      root.dataset.ready = "true";
      const said = document.querySelector<HTMLElement>(root.dataset.say ?? "#no-place");
      if (said) said.textContent = (answer.raw ? root.dataset.raw : (root.dataset.bucket ?? "").replace("{n}", length(answer.bucket_ms))) ?? "";
    } catch (failure) {
      if (mine !== asked) return;
      state.hidden = false;
      state.className = "state-error chart-state";
      state.textContent = (failure as Error).message;
    }
  }

  function length(ms: number): string {
    const [minute, hour] = (root.dataset.units ?? "min,h").split(",");
    return ms < 3600_000 ? `${Math.max(1, Math.round(ms / 60_000))} ${minute}` : `${Math.round(ms / 360_000) / 10} ${hour}`;
  }

  function draw(answer: Answer): void {
    const units = [...new Set(answer.lines.map((line) => line.unit))].slice(0, 2);
    const ink = colour("--ink-3");
    const line = colour("--line");
    const named = new Map<string, Line>(answer.lines.map((each) => [each.name, each]));
    chart.setOption({
      textStyle: { fontFamily: FONT_FAMILY }, animation: false, useUTC: true,
      grid: { left: 16, right: 16, top: 40, bottom: 56, containLabel: true },
      legend: { top: 4, left: "center", data: answer.lines.map((each) => each.name), textStyle: { color: colour("--ink-2") }, icon: "rect", itemHeight: 3, itemWidth: 16 },
      tooltip: {
        trigger: "axis", axisPointer: { type: "line", lineStyle: { color: ink } }, backgroundColor: colour("--sheet"), borderColor: line, textStyle: { color: colour("--ink"), fontSize: 12 },
        formatter: (rows: { seriesName: string; value: [number, number | null]; marker: string }[]) => {
          const known = rows.filter((row) => named.has(row.seriesName));
          return [known.length ? clock(new Date(known[0].value[0] - BEIJING_MS)) : "", ...known.map((row) => {
            const each = named.get(row.seriesName) as Line;
            const value = row.value[1];
            const text = value === null ? "—" : each.states?.[String(value)] ?? `${Number(value.toFixed(3))} ${each.unit}`;
            return `${row.marker}${row.seriesName} <b>${text}</b>`;
          })].join("<br>");
        },
      },
      xAxis: { type: "time", min: answer.start + BEIJING_MS, max: answer.end + BEIJING_MS, axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink, hideOverlap: true }, splitLine: { show: false } },
      yAxis: (units.length ? units : [""]).map((unit, n) => ({
        type: "value", name: unit, nameTextStyle: { color: ink, align: n ? "right" : "left" }, scale: true, splitNumber: 4, position: n ? "right" : "left",
        axisLabel: { color: ink, formatter: axisWords(answer.lines.find((each) => each.unit === unit)) }, splitLine: { show: n === 0, lineStyle: { color: line } },
        minInterval: answer.lines.find((each) => each.unit === unit)?.states ? 1 : undefined,
      })),
      dataZoom: [
        { type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false },
        { type: "slider", filterMode: "none", height: 20, bottom: 8, borderColor: line, textStyle: { color: ink, fontSize: 11 }, brushSelect: true },
      ],
      series: seriesOf(answer, colour),
    }, { notMerge: true });
  }

  const axisWords = (line: Line | undefined) => (value: number): string => line?.states ? line.states[String(value)] ?? "" : String(Number(value.toFixed(2)));

  // Zooming in asks for finer data of the part in view; "whole range" in the form goes back.
  chart.on("datazoom", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const [axis] = (chart.getOption() as { xAxis: { min: number; max: number }[] }).xAxis;
      const [zoom] = (chart.getOption() as { dataZoom: { start: number; end: number }[] }).dataZoom;
      if (zoom.start <= 0.1 && zoom.end >= 99.9) return;
      const at = (share: number): number => axis.min - BEIJING_MS + ((axis.max - axis.min) * share) / 100;
      span = { start: at(zoom.start), end: at(zoom.end) };
      if (span.end - span.start < 60_000) span.end = span.start + 60_000;
      form?.classList.add("is-zoomed");
      void read();
    }, 350);
  });
  const whole = (): void => {
    span = null;
    form?.classList.remove("is-zoomed");
    void read();
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    whole();
  };
  form?.addEventListener("change", whole);
  form?.addEventListener("submit", submit);
  form?.querySelector("[data-whole]")?.addEventListener("click", whole);
  const fresh = (): void => {
    if (!span && root.dataset.live) void read();
  };
  const every = window.setInterval(fresh, 30_000);
  const resize = new ResizeObserver(() => chart.resize());
  resize.observe(root);
  void read();
  return () => {
    window.clearInterval(every);
    resize.disconnect();
    form?.removeEventListener("change", whole);
    form?.removeEventListener("submit", submit);
    chart.dispose();
  };
}
