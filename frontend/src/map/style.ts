// The county's own base map as a MapLibre style over the server's vector tiles, or a town's tiles over it. Else nothing comes from outside, glyphs included:
// without a glyph address every character is drawn from the system's fonts.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, Map as MapLibre, StyleSpecification } from "maplibre-gl";
import { readJson } from "../islands";
import { moved } from "./gcj02";
import { maplibre } from "./library";
import { dark, FONT, FONT_BOLD, type Palette } from "./palette";

type Stops = [number, number][];

const byZoom = (...stops: Stops): ExpressionSpecification =>
  ["interpolate", ["exponential", 1.5], ["zoom"], ...stops.flat()] as unknown as ExpressionSpecification;

const classes = (...names: string[]): FilterSpecification => ["in", ["get", "klass"], ["literal", names]] as unknown as FilterSpecification;

const ROADS: { id: string; names: string[]; width: Stops; min: number; text: number }[] = [
  { id: "lane", names: ["lane", "village"], width: [[14, 0.8], [16, 4], [18, 12]], min: 14, text: 16 },
  { id: "tertiary", names: ["tertiary"], width: [[12.5, 0.7], [15, 4], [18, 18]], min: 13, text: 15 },
  { id: "secondary", names: ["secondary", "county"], width: [[10, 0.7], [13, 2], [15, 6], [18, 24]], min: 9, text: 14 },
  { id: "primary", names: ["primary", "ring"], width: [[9, 0.8], [13, 3], [15, 9], [18, 34]], min: 8, text: 13 },
  { id: "arterial", names: ["arterial", "expressway"], width: [[8, 1], [13, 4], [15, 11], [18, 42]], min: 6, text: 12.5 },
];

const wider = (stops: Stops): Stops => stops.map(([zoom, width]) => [zoom, width + (zoom < 13 ? 0.8 : 2)]);

function ground(p: Palette): LayerSpecification[] {
  const base = { type: "fill" as const, source: "base" };
  return [
    { id: "land", type: "background", paint: { "background-color": p.land } },
    ...([1, 2, 3, 4] as const).map((n): LayerSpecification => ({
      ...base, id: `hill-${n}`, "source-layer": "hill", filter: ["==", ["to-string", ["get", "klass"]], String(n)],
      paint: { "fill-color": p.hills[n - 1], "fill-antialias": false },
    })),
    {
      ...base, id: "landuse", "source-layer": "landuse",
      paint: {
        "fill-color": ["match", ["get", "klass"], ["park", "green", "riverside"], p.green, "forest", p.forest, "farmland", p.farm,
          ["commercial", "oldtown"], p.commerce, ["school", "hospital", "government"], p.civic, ["industrial", "station"], p.industry,
          ["square", "pitch"], p.square, ["builtup", "residential", "village"], p.built, p.built],
      },
    },
    {
      ...base, id: "blocks", "source-layer": "blocks", minzoom: 13,
      paint: {
        "fill-color": ["match", ["get", "klass"], ["park", "green", "riverside"], p.green, ["commercial", "oldtown"], p.commerce,
          ["school", "hospital", "government"], p.civic, ["industrial", "station"], p.industry, ["square", "pitch"], p.square, p.block],
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0, 14, 1],
      },
    },
    { ...base, id: "water", "source-layer": "water", paint: { "fill-color": p.water } },
    {
      ...base, id: "buildings", "source-layer": "buildings", minzoom: 14.5,
      paint: { "fill-color": p.building, "fill-outline-color": p.buildingEdge, "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14.5, 0, 15.5, 1] },
    },
  ];
}

function roads(p: Palette): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  const main = (id: string) => (id === "arterial" || id === "primary" ? p.roadMain : p.road);
  return [
    { id: "rail", type: "line", source: "base", "source-layer": "rail", minzoom: 10, paint: { "line-color": p.rail, "line-width": byZoom([10, 0.8], [16, 3]), "line-dasharray": [6, 3] } },
    ...ROADS.map((r): LayerSpecification => ({
      id: `road-edge-${r.id}`, type: "line", source: "base", "source-layer": "roads", minzoom: r.min, filter: classes(...r.names), layout: round,
      paint: { "line-color": p.casing, "line-width": byZoom(...wider(r.width)) },
    })),
    ...ROADS.map((r): LayerSpecification => ({
      id: `road-${r.id}`, type: "line", source: "base", "source-layer": "roads", minzoom: r.min, filter: classes(...r.names), layout: round,
      paint: { "line-color": main(r.id), "line-width": byZoom(...r.width) },
    })),
    ...ROADS.flatMap((r): LayerSpecification[] => [
      {
        id: `bridge-edge-${r.id}`, type: "line", source: "base", "source-layer": "bridges", minzoom: Math.max(12, r.min), filter: classes(...r.names),
        paint: { "line-color": p.rail, "line-width": byZoom(...wider(r.width)) },
      },
      {
        id: `bridge-${r.id}`, type: "line", source: "base", "source-layer": "bridges", minzoom: Math.max(12, r.min), filter: classes(...r.names),
        paint: { "line-color": main(r.id), "line-width": byZoom(...r.width) },
      },
    ]),
  ];
}

function lines(p: Palette): LayerSpecification[] {
  const border = (klass: string, width: number, dash: number[], min: number): LayerSpecification => ({
    id: `border-${klass}`, type: "line", source: "base", "source-layer": "borders", minzoom: min, filter: classes(klass),
    paint: { "line-color": p.border, "line-width": width, "line-dasharray": dash, "line-opacity": klass === "community" ? 0.5 : 0.8 },
  });
  return [
    border("community", 0.8, [2, 3], 12.5), border("township", 1.2, [5, 3], 8), border("county", 2, [8, 3, 2, 3], 0),
    {
      id: "unit-grids", type: "line", source: "base", "source-layer": "unit_grids", minzoom: 15,
      paint: { "line-color": p.grid, "line-width": 0.8, "line-opacity": ["interpolate", ["linear"], ["zoom"], 15, 0.25, 16.5, 0.6] },
    },
    {
      id: "duty-grids", type: "line", source: "base", "source-layer": "responsibility_grids", minzoom: 12, layout: { visibility: "none" },
      paint: { "line-color": p.duty, "line-width": 2, "line-dasharray": [4, 2] },
    },
  ];
}

function names(p: Palette): LayerSpecification[] {
  const halo = { "text-halo-color": p.halo, "text-halo-width": 1.4 };
  const point = (id: string, klasses: string[], size: number, min: number, colour: string, font = FONT, max = 24): LayerSpecification => ({
    id: `label-${id}`, type: "symbol", source: "base", "source-layer": "labels", minzoom: min, maxzoom: max, filter: classes(...klasses),
    layout: { "text-field": ["get", "name"], "text-font": font, "text-size": size, "text-max-width": 8, "text-padding": 6, "symbol-sort-key": ["coalesce", ["get", "rank"], 9] },
    paint: { ...halo, "text-color": colour },
  });
  return [
    point("poi", ["poi", "square", "station"], 11, 15.5, p.text2),
    {
      id: "grid-codes", type: "symbol", source: "base", "source-layer": "unit_grids", minzoom: 16.5,
      layout: { "text-field": ["slice", ["get", "code"], 12], "text-font": FONT, "text-size": 10, "text-padding": 20 },
      paint: { ...halo, "text-color": p.grid },
    },
    point("public", ["park", "school", "hospital", "government"], 11.5, 14.5, p.text2),
    point("hill", ["hill"], 11, 11, p.text2),
    point("community", ["community", "village"], 12, 12.5, p.text2, FONT, 16.5),
    ...ROADS.map((r): LayerSpecification => ({
      id: `label-road-${r.id}`, type: "symbol", source: "base", "source-layer": "roads", minzoom: r.text, filter: classes(...r.names),
      layout: {
        "symbol-placement": "line", "symbol-spacing": 360, "text-field": ["get", "name"], "text-font": FONT, "text-letter-spacing": 0.08,
        "text-size": byZoom([12, 10.5], [16, 12.5]), "text-padding": 4, "text-max-angle": 35,
      },
      paint: { ...halo, "text-color": p.text2 },
    })),
    {
      id: "label-river", type: "symbol", source: "base", "source-layer": "labels", minzoom: 11, filter: classes("river"),
      layout: { "text-field": ["get", "name"], "text-font": ["PingFang SC Italic", ...FONT], "text-size": 12, "text-letter-spacing": 0.2 },
      paint: { "text-color": p.waterText, "text-halo-color": p.halo, "text-halo-width": 1 },
    },
    point("township", ["township"], 13, 8, p.text, FONT_BOLD, 14.5),
    point("county", ["county"], 16, 0, p.text, FONT_BOLD, 11),
  ];
}

/** Layers of the base that a person may switch, by the name of the switch. */
export const SWITCHES: Record<string, string[]> = {
  buildings: ["buildings"],
  unit_grids: ["unit-grids", "grid-codes"],
  duty_grids: ["duty-grids"],
  borders: ["border-community", "border-township", "border-county"],
  names: [...ROADS.map((r) => `label-road-${r.id}`), "label-poi", "label-public", "label-community", "label-township", "label-county", "label-river", "label-hill"],
};

/** A town's own raster tiles, left in the page when configured. */
interface OwnBase { tiles: string[]; attribution: string; gcj02: boolean; maxzoom: number }
const own = (): OwnBase | null => readJson<OwnBase>("base-map");

/** Whose map this is, as its terms ask: always shown in full. */
export function credit(map: MapLibre, where: "bottom-left" | "bottom-right"): void {
  const customAttribution = own()?.attribution;
  if (customAttribution) map.addControl(new maplibre.AttributionControl({ customAttribution, compact: false }), where);
}

/** Our drawing of the county; with tiles of the town's own these lie over it, and it shows through where none come. */
export function baseStyle(p: Palette): StyleSpecification {
  const style: StyleSpecification = {
    version: 8,
    sources: { base: { type: "vector", tiles: [`${window.location.origin}/tiles/base/{z}/{x}/{y}.mvt`], minzoom: 0, maxzoom: 16 } },
    layers: [...ground(p), ...roads(p)],
  };
  const theirs = own();
  theirs?.tiles.forEach((template, n) => {
    style.sources[`own-${n}`] = { type: "raster", tiles: [theirs.gcj02 ? moved(template) : template], tileSize: 256, maxzoom: theirs.maxzoom };
    style.layers.push({ id: `own-${n}`, type: "raster", source: `own-${n}`, paint: p === dark ? { "raster-brightness-max": 0.5, "raster-saturation": -0.4 } : {} });
  });
  style.layers.push(...lines(p), ...(theirs ? [] : names(p)));
  return style;
}
