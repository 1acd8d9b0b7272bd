// The duty map's own layers over the base: components by trade, device states, alarms in clusters.
import type { GeoJSONSource, LayerSpecification, Map as MapLibre, MapGeoJSONFeature } from "maplibre-gl";
import type { AlarmRow } from "./alarms";
import { locale, maplibre } from "./library";
import { FONT, FONT_BOLD, paletteOf } from "./palette";
import { addMarks, markName } from "./shapes";
import { baseStyle, credit, SWITCHES } from "./style";
import type { Place } from "./address";

export interface TradeLayer { slug: string; name: string; classes: string[]; hue: string; min_zoom: number }
export interface Trade { slug: string; name: string; layers: TradeLayer[] }
export interface DeviceState { id: number; lon: number; lat: number; state: "ok" | "off" | "offline"; trade: string; layer: string; label: string; note: string }
const ALARM_LAYERS = ["alarm-clusters", "alarm-marks"];
const STREET_ZOOM = 15;

export class View {
  readonly map: MapLibre;
  private features: GeoJSON.Feature[] = [];
  private states: GeoJSON.Feature[] = [];
  private chosen: [number, number] | null = null;

  constructor(container: HTMLElement, place: Place, private theme: string, private readonly trades: Trade[]) {
    this.map = new maplibre.Map({
      container, style: baseStyle(paletteOf(theme)), center: [place.lon, place.lat], zoom: place.zoom, minZoom: 7, maxZoom: 19,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 120, locale,
      localIdeographFontFamily: FONT.join(","),
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "bottom-left");
    this.map.addControl(new maplibre.ScaleControl({ maxWidth: 120 }), "bottom-left");
    credit(this.map, "bottom-left");
    this.map.on("style.load", () => this.addOwn());
  }

  private addOwn(): void {
    const { map } = this;
    const p = paletteOf(this.theme);
    addMarks(map, p);
    const origin = window.location.origin;
    map.addSource("components", { type: "vector", tiles: [`${origin}/tiles/components/{z}/{x}/{y}.mvt`], minzoom: 8, maxzoom: 16 });
    map.addSource("states", { type: "geojson", data: { type: "FeatureCollection", features: this.states } });
    map.addSource("alarms", {
      type: "geojson", data: { type: "FeatureCollection", features: this.features }, cluster: true, clusterMaxZoom: STREET_ZOOM - 1, clusterRadius: 44,
      clusterProperties: { worst: ["min", ["get", "severity"]], fresh: ["+", ["case", ["get", "fresh"], 1, 0]] },
    });
    map.addSource("chosen", { type: "geojson", data: this.chosenData() });
    for (const layer of this.ownLayers(p)) map.addLayer(layer);
  }

  private ownLayers(p: ReturnType<typeof paletteOf>): LayerSpecification[] {
    const trade = this.trades.flatMap((each) => each.layers.map((layer): LayerSpecification => ({
      id: `trade-${each.slug}-${layer.slug}`, type: "circle", source: "components", "source-layer": "components", minzoom: Math.max(14, layer.min_zoom),
      filter: ["in", ["get", "class"], ["literal", layer.classes]],
      paint: {
        "circle-color": layer.hue, "circle-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0.6, 15, 0.75, 16, 0.9],
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 14, 1.7, 15, 2.4, 16, 3.4, 18, 5.5],
        "circle-stroke-color": p.sheet, "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 14, 0, 16, 1],
      },
    })));
    // Below street zoom the tiles hold cells with a count, not every component.
    const thinned = this.trades.filter((each) => each.layers.length).flatMap((each): LayerSpecification[] => [{
      id: `thin-${each.slug}`, type: "circle", source: "components", "source-layer": "clusters", maxzoom: 14, minzoom: 11,
      filter: ["==", ["get", "subsystem"], each.slug],
      paint: { "circle-color": each.layers[0].hue, "circle-opacity": 0.3, "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, 2.5, 8, 8, 20, 14] },
    }, {
      id: `thin-count-${each.slug}`, type: "symbol", source: "components", "source-layer": "clusters", maxzoom: 14, minzoom: 11,
      filter: ["all", ["==", ["get", "subsystem"], each.slug], [">", ["get", "count"], 4]],
      layout: { "text-field": ["to-string", ["get", "count"]], "text-font": FONT_BOLD, "text-size": 11, "symbol-sort-key": ["*", -1, ["get", "count"]] },
      paint: { "text-color": p.ink, "text-halo-color": p.sheet, "text-halo-width": 1 },
    }]);
    const hue = ["match", ["concat", ["get", "trade"], "/", ["get", "layer"]],
      ...this.trades.flatMap((each) => each.layers.flatMap((layer) => [`${each.slug}/${layer.slug}`, layer.hue])), p.unknown] as unknown as string;
    return [
      ...thinned,
      ...trade,
      {
        id: "device-states", type: "circle", source: "states", minzoom: STREET_ZOOM,
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 15, 3.4, 18, 6.5],
          "circle-color": ["match", ["get", "state"], "ok", this.trades.length ? hue : p.unknown, p.sheet],
          "circle-stroke-color": ["match", ["get", "state"], "offline", p.unknown, this.trades.length ? hue : p.unknown],
          "circle-stroke-width": ["match", ["get", "state"], "ok", 1.2, 2],
        },
      },
      {
        id: "device-labels", type: "symbol", source: "states", minzoom: 17,
        layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 10.5, "text-offset": [0, 1], "text-anchor": "top", "text-optional": true },
        paint: { "text-color": p.text2, "text-halo-color": p.halo, "text-halo-width": 1.4 },
      },
      { id: "chosen-ring", type: "circle", source: "chosen", paint: { "circle-radius": 21, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": p.ink, "circle-stroke-width": 2.5 } },
      {
        id: "alarm-marks", type: "symbol", source: "alarms", filter: ["!", ["has", "point_count"]],
        layout: {
          "icon-image": ["get", "mark"], "icon-allow-overlap": true, "symbol-sort-key": ["*", -1, ["get", "severity"]], "symbol-z-order": "source", "icon-padding": 4,
          "text-field": ["step", ["zoom"], "", 16, ["get", "title"]], "text-font": FONT_BOLD, "text-size": 12, "text-anchor": "top", "text-offset": [0, 1.3],
          "text-optional": true, "text-max-width": 10,
        },
        paint: { "text-color": p.text, "text-halo-color": p.halo, "text-halo-width": 1.6 },
      },
      {
        id: "alarm-clusters", type: "symbol", source: "alarms", filter: ["has", "point_count"],
        layout: {
          "icon-image": ["concat", "cluster-", ["to-string", ["get", "worst"]]], "icon-allow-overlap": true, "text-allow-overlap": true,
          "text-field": ["to-string", ["get", "point_count"]], "text-font": FONT_BOLD, "text-size": 14, "symbol-sort-key": ["*", -1, ["get", "worst"]],
        },
        paint: { "text-color": p.ink },
      },
    ] as LayerSpecification[];
  }

  private chosenData(): GeoJSON.FeatureCollection {
    return { type: "FeatureCollection", features: this.chosen ? [{ type: "Feature", geometry: { type: "Point", coordinates: this.chosen }, properties: {} }] : [] };
  }

  private put(source: string, data: GeoJSON.FeatureCollection): void {
    (this.map.getSource(source) as GeoJSONSource | undefined)?.setData(data);
  }

  setAlarms(rows: AlarmRow[]): void {
    this.features = rows.filter((row) => row.lon !== null && row.lat !== null).map((row) => ({
      type: "Feature", id: row.id, geometry: { type: "Point", coordinates: [row.lon as number, row.lat as number] },
      properties: {
        id: row.id, severity: row.severity, fresh: row.active && !row.acked, title: row.name,
        mark: markName(row.severity, row.shelved ? "shelved" : !row.active ? "normal" : row.acked ? "acked" : "new"),
      },
    }));
    this.put("alarms", { type: "FeatureCollection", features: this.features });
  }

  setStates(states: DeviceState[]): void {
    this.states = states.map((state) => ({ type: "Feature", id: state.id, geometry: { type: "Point", coordinates: [state.lon, state.lat] }, properties: { ...state } }));
    this.put("states", { type: "FeatureCollection", features: this.states });
  }

  choose(point: [number, number] | null, fly = false, zoom = 16.5): void {
    this.chosen = point;
    this.put("chosen", this.chosenData());
    if (point && fly) {
      const near = this.map.getBounds().contains(point) && this.map.getZoom() >= STREET_ZOOM;
      if (!near) this.map.flyTo({ center: point, zoom: Math.max(this.map.getZoom(), zoom), duration: 700 });
    }
  }

  setTheme(theme: string): void {
    this.theme = theme;
    this.map.setStyle(baseStyle(paletteOf(theme)), { diff: false });
  }

  /** Base switches (SWITCHES) and trade layers ("street_lights/lamps") shown or hidden. */
  toggle(key: string, shown: boolean): void {
    const [trade, layer] = key.split("/");
    const first = this.trades.find((each) => each.slug === trade)?.layers[0]?.slug === layer;
    const ids = SWITCHES[key] ?? [`trade-${trade}-${layer}`, ...(first ? [`thin-${trade}`, `thin-count-${trade}`] : [])];
    for (const id of ids) if (this.map.getLayer(id)) this.map.setLayoutProperty(id, "visibility", shown ? "visible" : "none");
  }

  hideStates(hidden: Set<string>): void {
    if (!this.map.getLayer("device-states")) return;
    const seen = ["!", ["in", ["concat", ["get", "trade"], "/", ["get", "layer"]], ["literal", [...hidden]]]];
    for (const id of ["device-states", "device-labels"]) this.map.setFilter(id, seen as never);
  }

  /** What lies under a click: an alarm, a cluster, a device or a component. */
  under(x: number, y: number): MapGeoJSONFeature | null {
    const layers = [...ALARM_LAYERS, "device-states", ...this.tradeLayerIds()].filter((id) => this.map.getLayer(id));
    const box: [[number, number], [number, number]] = [[x - 5, y - 5], [x + 5, y + 5]];
    const found = this.map.queryRenderedFeatures(box, { layers });
    return found.sort((a, b) => layers.indexOf(a.layer.id) - layers.indexOf(b.layer.id))[0] ?? null;
  }

  tradeLayerIds(): string[] {
    return this.trades.flatMap((each) => each.layers.map((layer) => `trade-${each.slug}-${layer.slug}`));
  }

  async breakUp(feature: MapGeoJSONFeature): Promise<void> {
    const source = this.map.getSource("alarms") as GeoJSONSource;
    const zoom = await source.getClusterExpansionZoom(Number(feature.properties.cluster_id));
    this.map.easeTo({ center: (feature.geometry as GeoJSON.Point).coordinates as [number, number], zoom: Math.min(zoom + 0.3, 18) });
  }

  /** Keys of what is drawn now, for the legend: "rank-1", "state-offline", "street_lights/lamps", "cluster" ... */
  inView(): Set<string> {
    const keys = new Set<string>();
    const drawn = (ids: string[]): MapGeoJSONFeature[] => this.map.queryRenderedFeatures({ layers: ids.filter((id) => this.map.getLayer(id)) });
    for (const feature of drawn(["alarm-marks"])) {
      keys.add(`rank-${feature.properties.severity}`);
      keys.add(`mark-${String(feature.properties.mark).split("-")[2]}`);
    }
    if (drawn(["alarm-clusters"]).length) keys.add("cluster");
    for (const feature of drawn(["device-states"])) {
      keys.add(`state-${feature.properties.state}`);
      keys.add(`${feature.properties.trade}/${feature.properties.layer}`);
    }
    for (const each of this.trades) {
      for (const layer of each.layers) if (drawn([`trade-${each.slug}-${layer.slug}`]).length) keys.add(`${each.slug}/${layer.slug}`);
      if (each.layers.length && drawn([`thin-${each.slug}`]).length) keys.add(`${each.slug}/${each.layers[0].slug}`);
    }
    for (const key of ["unit_grids", "duty_grids"]) if (drawn(SWITCHES[key]).length) keys.add(key);
    return keys;
  }
}

export { STREET_ZOOM };
