// Tiles in GCJ-02 are drawn where they belong: each of our tiles is cut out of the service's, moved by the offset at its own centre.
// The offset changes by less than 1 part in 400 across a county, so what is drawn is right to half a pixel at every zoom.
import { maplibre } from "./library";

const A = 6378245.0;
const EE = 0.00669342162296594323;
const SIZE = 256;
const { sin, cos, sqrt, abs, PI, floor } = Math;

/** The public formula, WGS-84 to GCJ-02, in degrees: the same as places/coordinates.py. */
export function toGcj02(lon: number, lat: number): [number, number] {
  const x = lon - 105;
  const y = lat - 35;
  const wave = 20 * sin(6 * x * PI) + 20 * sin(2 * x * PI);
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x));
  north += ((wave + 20 * sin(y * PI) + 40 * sin((y / 3) * PI) + 160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x));
  east += ((wave + 20 * sin(x * PI) + 40 * sin((x / 3) * PI) + 150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  const phi = (lat / 180) * PI;
  const magic = 1 - EE * sin(phi) ** 2;
  return [lon + (east * 180) / ((A / sqrt(magic)) * cos(phi) * PI), lat + (north * 180) / (((A * (1 - EE)) / (magic * sqrt(magic))) * PI)];
}

const across = (lon: number, n: number): number => ((lon + 180) / 360) * n;
const down = (lat: number, n: number): number => ((1 - Math.log(Math.tan((lat / 180) * PI) + 1 / cos((lat / 180) * PI)) / PI) / 2) * n;
const latitude = (y: number, n: number): number => (Math.atan(Math.sinh(PI * (1 - (2 * y) / n))) / PI) * 180;

/** By how many tiles the service's picture of this tile lies to the east and to the south. */
export function shiftOf(z: number, x: number, y: number): [number, number] {
  const n = 2 ** z;
  const lon = ((x + 0.5) / n) * 360 - 180;
  const lat = latitude(y + 0.5, n);
  const [there, thereLat] = toGcj02(lon, lat);
  return [across(there, n) - (x + 0.5), down(thereLat, n) - (y + 0.5)];
}

async function picture(template: string, z: number, x: number, y: number, signal: AbortSignal): Promise<ImageBitmap | null> {
  const url = template.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
  const answer = await fetch(url, { signal });
  return answer.ok ? createImageBitmap(await answer.blob()) : null;
}

async function cut(template: string, z: number, x: number, y: number, signal: AbortSignal): Promise<ArrayBuffer> {
  const [east, south] = shiftOf(z, x, y);
  const [left, top] = [floor(x + east), floor(y + south)];
  const parts = await Promise.all([[0, 0], [1, 0], [0, 1], [1, 1]].map(async ([i, j]) => ({ i, j, image: await picture(template, z, left + i, top + j, signal) })));
  if (parts.every((part) => part.image === null)) throw new Error(`${z}/${x}/${y}`);
  const canvas = new OffscreenCanvas(SIZE, SIZE);
  const pen = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  for (const { i, j, image } of parts) {
    if (image) pen.drawImage(image, Math.round((left + i - x - east) * SIZE), Math.round((top + j - y - south) * SIZE), SIZE, SIZE);
  }
  return (await canvas.convertToBlob()).arrayBuffer();
}

const templates: string[] = [];

/** The address under which MapLibre asks us for the moved tiles of a service. */
export function moved(template: string): string {
  if (!templates.length) {
    maplibre.addProtocol("gcj02", async ({ url }: { url: string }, abort: AbortController) => {
      const [which, z, x, y] = url.replace("gcj02://", "").split("/").map(Number);
      return { data: await cut(templates[which], z, x, y, abort.signal) };
    });
  }
  if (!templates.includes(template)) templates.push(template);
  return `gcj02://${templates.indexOf(template)}/{z}/{x}/{y}`;
}
