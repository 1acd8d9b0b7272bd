// A small curve around one moment: the reading, the limit, and when the alarm came. Plain SVG, no chart library.
import type { Answer } from "../charts/series";
import { send } from "../requests";

const W = 320;
const H = 72;

export async function mount(root: HTMLElement): Promise<void> {
  try {
    draw(root, (await (await send(root.dataset.src ?? "")).json()) as Answer);
  } catch (failure) {
    root.textContent = (failure as Error).message;
    root.classList.add("muted", "small");
  }
}

function draw(root: HTMLElement, answer: Answer): void {
  const points = answer.lines[0]?.points ?? [];
  const values = points.flatMap(([, mean]) => (mean === null ? [] : [mean])).concat((answer.limits ?? []).map((limit) => limit.value));
  if (!points.some(([, mean]) => mean !== null)) {
    root.textContent = root.dataset.empty ?? "";
    root.classList.add("muted", "small");
    return;
  }
  const low = Math.min(...values);
  const high = Math.max(...values, low + 1e-6);
  const x = (t: number): number => ((t - answer.start) / (answer.end - answer.start)) * W;
  const y = (v: number): number => H - 8 - ((v - low) / (high - low)) * (H - 16);
  let path = "";
  let pen = false;
  let before: number | null = null;
  for (const [t, mean] of points) {
    if (mean === null) pen = false;
    else {
      if (pen && answer.lines[0].states && before !== null) path += `L${x(t).toFixed(1)},${y(before).toFixed(1)}`;
      path += `${pen ? "L" : "M"}${x(t).toFixed(1)},${y(mean).toFixed(1)}`;
      pen = true;
      before = mean;
    }
  }
  const gaps = answer.gaps.map(([from, to]) => `<rect x="${x(from).toFixed(1)}" y="0" width="${Math.max(1, x(to) - x(from)).toFixed(1)}" height="${H}" class="gap"/>`).join("");
  const limits = (answer.limits ?? []).map((limit) => `<line x1="0" x2="${W}" y1="${y(limit.value).toFixed(1)}" y2="${y(limit.value).toFixed(1)}" class="limit"/>`).join("");
  const marks = answer.marks.map((mark) => `<line x1="${x(mark.at).toFixed(1)}" x2="${x(mark.at).toFixed(1)}" y1="0" y2="${H}" class="mark severity-${mark.severity}"/>`).join("");
  root.innerHTML = `<svg viewBox="0 0 ${W} ${H}" preserveAspectRatio="none" role="img">${gaps}${limits}${marks}<path d="${path}" class="curve"/></svg>`;
  const unit = answer.lines[0].unit;
  const words = (v: number): string => answer.lines[0].states?.[String(v)] ?? `${Number(v.toFixed(2))} ${unit}`;
  const scale = document.createElement("div");
  scale.className = "spark-scale";
  for (const v of high - low < 2e-6 ? [low] : [high, low]) {
    const mark = document.createElement("span");
    mark.textContent = words(v);
    scale.append(mark);
  }
  root.append(scale);
}
