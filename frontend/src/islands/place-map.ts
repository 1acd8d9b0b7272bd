// A small map with a pin: shows where something is, or lets a person put the pin (data-pick="#lon,#lat").
import { readJson, type Unmount } from "../islands";
import { word } from "../words";
import { locale, maplibre } from "../map/library";
import { FONT, paletteOf } from "../map/palette";
import { baseStyle, credit } from "../map/style";

export function mount(root: HTMLElement): Unmount {
  const number = (text: string | undefined, other: number): number => (text && Number.isFinite(Number(text)) ? Number(text) : other);
  const known = Boolean(root.dataset.lon && root.dataset.lat);
  const centre: [number, number] = [number(root.dataset.lon, 108.9916), number(root.dataset.lat, 28.4482)];
  const theme = document.documentElement.dataset.bsTheme ?? "light";
  const palette = paletteOf(theme);
  const fields = (root.dataset.pick ?? "").split(",").map((selector) => (selector.trim() ? document.querySelector<HTMLInputElement>(selector.trim()) : null));
  const picking = fields.length === 2 && fields[0] !== null;
  const waiting = Object.assign(document.createElement("div"), { className: "map-waiting", textContent: word("map_waiting") });
  root.append(waiting);
  const map = new maplibre.Map({
    container: root, style: baseStyle(palette), center: centre, zoom: number(root.dataset.zoom, known ? 16 : 13), minZoom: 7, maxZoom: 19,
    attributionControl: false, dragRotate: false, pitchWithRotate: false, locale, localIdeographFontFamily: FONT.join(","),
    cooperativeGestures: false,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  credit(map, "bottom-right");
  if (!picking && root.dataset.wheel !== "on") map.scrollZoom.disable();

  const element = document.createElement("div");
  element.className = "pin";
  const pin = new maplibre.Marker({ element, draggable: picking, anchor: "bottom" }).setLngLat(centre);
  if (known) pin.addTo(map);

  function put(lon: number, lat: number, byHand: boolean): void {
    pin.setLngLat([lon, lat]).addTo(map);
    const [lonField, latField] = fields;
    if (picking && lonField && latField) {
      lonField.value = lon.toFixed(6);
      latField.value = lat.toFixed(6);
      for (const field of [lonField, latField]) field.dispatchEvent(new Event("change", { bubbles: true }));
      root.dispatchEvent(new CustomEvent("place:picked", { bubbles: true, detail: { lon, lat, byHand } }));
    }
  }
  if (picking) {
    map.on("click", (click) => put(click.lngLat.lng, click.lngLat.lat, true));
    pin.on("dragend", () => put(pin.getLngLat().lng, pin.getLngLat().lat, true));
  }
  // Another script (a position fix, a search) may move the pin: root.dispatchEvent(new CustomEvent("place:go", {detail: {lon, lat}}))
  const go = (event: Event): void => {
    const { lon, lat } = (event as CustomEvent<{ lon: number; lat: number }>).detail;
    put(lon, lat, false);
    map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 16.5) });
  };
  root.addEventListener("place:go", go);

  map.on("load", () => {
    const shapes = root.dataset.geojson ? readJson<GeoJSON.GeoJSON>(root.dataset.geojson) : null;
    if (shapes) {
      map.addSource("shapes", { type: "geojson", data: shapes });
      map.addLayer({ id: "shapes-fill", type: "fill", source: "shapes", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#155e75", "fill-opacity": 0.1 } });
      map.addLayer({ id: "shapes-line", type: "line", source: "shapes", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": "#155e75", "line-width": 2 } });
      map.addLayer({
        id: "shapes-points", type: "circle", source: "shapes", filter: ["==", ["geometry-type"], "Point"],
        paint: { "circle-radius": 6, "circle-color": ["coalesce", ["get", "colour"], "#155e75"], "circle-stroke-color": palette.sheet, "circle-stroke-width": 2 },
      });
      map.addLayer({
        id: "shapes-names", type: "symbol", source: "shapes", filter: ["has", "name"],
        layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11.5, "text-offset": [0, 1.1], "text-anchor": "top" },
        paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.5 },
      });
    }
    waiting.remove();
    root.dataset.ready = "true";
  });
  return () => {
    root.removeEventListener("place:go", go);
    map.remove();
  };
}
