// Alarm symbols: the rank is told by shape and colour together; acknowledged ones are hollow, normal again ones dashed.
import type { Map as MapLibre } from "maplibre-gl";
import type { Palette } from "./palette";

const SIZE = 34;
const SCALE = 2;

function outline(c: CanvasRenderingContext2D, rank: number, r: number): void {
  c.beginPath();
  if (rank === 1) {
    for (let i = 0; i < 8; i++) {
      const angle = Math.PI / 8 + (i * Math.PI) / 4;
      c.lineTo(Math.cos(angle) * r, Math.sin(angle) * r);
    }
  } else if (rank === 2) {
    for (const [x, y] of [[0, -1], [0.95, 0.75], [-0.95, 0.75]]) c.lineTo(x * r * 1.08, y * r * 1.08);
  } else if (rank === 3) {
    for (const [x, y] of [[0, -1], [1, 0], [0, 1], [-1, 0]]) c.lineTo(x * r * 1.05, y * r * 1.05);
  } else {
    c.arc(0, 0, r * 0.86, 0, Math.PI * 2);
  }
  c.closePath();
}

export type Mark = "new" | "acked" | "normal" | "shelved";
export const markName = (rank: number, mark: Mark): string => `alarm-${rank}-${mark}`;

export function drawMark(p: Palette, rank: number, mark: Mark): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * SCALE;
  const c = canvas.getContext("2d") as CanvasRenderingContext2D;
  c.scale(SCALE, SCALE);
  c.translate(SIZE / 2, SIZE / 2);
  const tone = mark === "shelved" ? p.unknown : p.severity[rank - 1];
  c.lineJoin = "round";
  outline(c, rank, 13.5);
  c.fillStyle = p.sheet;
  c.shadowColor = "rgba(10, 20, 30, .35)";
  c.shadowBlur = 3;
  c.fill();
  c.shadowBlur = 0;
  outline(c, rank, mark === "new" ? 11.5 : 10.5);
  if (mark === "new") {
    c.fillStyle = tone;
    c.fill();
    c.fillStyle = rank === 3 ? "#3a2e00" : "#ffffff";
    c.font = `bold 13px system-ui, sans-serif`;
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.fillText(String(rank), 0, rank === 2 ? 2.5 : 0.8);
  } else {
    c.lineWidth = 3;
    c.strokeStyle = tone;
    if (mark === "normal") c.setLineDash([3, 2.4]);
    c.stroke();
    c.setLineDash([]);
    c.fillStyle = tone;
    c.beginPath();
    if (mark === "shelved") {
      c.fillRect(-3.2, -4, 2.2, 8);
      c.fillRect(1, -4, 2.2, 8);
    } else c.arc(0, rank === 2 ? 2 : 0, 2.6, 0, Math.PI * 2);
    c.fill();
  }
  return c.getImageData(0, 0, SIZE * SCALE, SIZE * SCALE);
}

export function addMarks(map: MapLibre, p: Palette): void {
  for (let rank = 1; rank <= 4; rank++) {
    for (const mark of ["new", "acked", "normal", "shelved"] as Mark[]) {
      const name = markName(rank, mark);
      if (map.hasImage(name)) map.removeImage(name);
      map.addImage(name, drawMark(p, rank, mark), { pixelRatio: SCALE });
    }
    const name = `cluster-${rank}`;
    if (map.hasImage(name)) map.removeImage(name);
    map.addImage(name, drawCluster(p, rank), { pixelRatio: SCALE });
  }
}

function drawCluster(p: Palette, rank: number): ImageData {
  const canvas = document.createElement("canvas");
  const size = 46;
  canvas.width = canvas.height = size * SCALE;
  const c = canvas.getContext("2d") as CanvasRenderingContext2D;
  c.scale(SCALE, SCALE);
  c.translate(size / 2, size / 2);
  c.shadowColor = "rgba(10, 20, 30, .35)";
  c.shadowBlur = 3;
  c.beginPath();
  c.arc(0, 0, 18, 0, Math.PI * 2);
  c.fillStyle = p.sheet;
  c.fill();
  c.shadowBlur = 0;
  c.lineWidth = 4;
  c.strokeStyle = p.severity[rank - 1];
  c.beginPath();
  c.arc(0, 0, 15.5, 0, Math.PI * 2);
  c.stroke();
  // the worst rank's own shape rides on the rim
  c.translate(13, -13);
  outline(c, rank, 6.5);
  c.fillStyle = p.severity[rank - 1];
  c.strokeStyle = p.sheet;
  c.lineWidth = 2;
  c.fill();
  c.stroke();
  return c.getImageData(0, 0, size * SCALE, size * SCALE);
}
