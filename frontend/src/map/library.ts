// MapLibre with its worker as a file of ours, so that no page needs to allow blob scripts.
import maplibre from "maplibre-gl/dist/maplibre-gl-csp.js";
import workerUrl from "maplibre-gl/dist/maplibre-gl-csp-worker.js?url";
import "maplibre-gl/dist/maplibre-gl.css";

maplibre.setWorkerUrl(workerUrl);
export { maplibre };

const WORDS_ZH = {
  "NavigationControl.ZoomIn": "放大", "NavigationControl.ZoomOut": "缩小", "NavigationControl.ResetBearing": "正北朝上",
  "Map.Title": "地图", "AttributionControl.ToggleAttribution": "来源", "ScaleControl.Meters": "米", "ScaleControl.Kilometers": "公里",
};
export const locale = document.documentElement.lang.startsWith("en") ? undefined : WORDS_ZH;
