// MapLibre with its worker as a file of ours, so that no page needs to allow blob scripts.
import maplibre from "maplibre-gl/dist/maplibre-gl-csp.js";
import workerUrl from "maplibre-gl/dist/maplibre-gl-csp-worker.js?url";
import "maplibre-gl/dist/maplibre-gl.css";
import { word } from "../words";

maplibre.setWorkerUrl(workerUrl);
export { maplibre };

export const locale = {
  "NavigationControl.ZoomIn": word("zoom_in"), "NavigationControl.ZoomOut": word("zoom_out"), "NavigationControl.ResetBearing": word("north_up"),
  "Map.Title": word("map"), "AttributionControl.ToggleAttribution": word("attribution"),
  "ScaleControl.Meters": word("metre"), "ScaleControl.Kilometers": word("kilometre"),
};
