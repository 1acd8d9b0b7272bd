// The state of the map in the address bar, so that a link shows the same.
import type { Filter } from "./alarms";

export interface Place { zoom: number; lon: number; lat: number }
export interface Shown { place: Place; off: Set<string>; on: Set<string>; selected: string; theme: string; filter: Filter }

const list = (text: string | null): string[] => (text ? text.split(",").filter(Boolean) : []);

export function readAddress(start: Place, filter: Filter): Shown {
  const query = new URLSearchParams(window.location.search);
  const [lon, lat] = list(query.get("at")).map(Number);
  const zoom = Number(query.get("z"));
  list(query.get("rank")).forEach((rank) => filter.ranks.add(Number(rank)));
  list(query.get("trade")).forEach((trade) => filter.trades.add(trade));
  filter.unacked = query.get("unacked") === "1";
  filter.shelved = query.get("shelved") === "1";
  return {
    place: {
      zoom: query.has("z") && Number.isFinite(zoom) ? zoom : start.zoom,
      lon: Number.isFinite(lon) ? lon : start.lon,
      lat: Number.isFinite(lat) ? lat : start.lat,
    },
    off: new Set(list(query.get("off"))), on: new Set(list(query.get("on"))),
    selected: query.get("sel") ?? "", theme: query.get("theme") ?? "light", filter,
  };
}

export function writeAddress(shown: Shown): void {
  const query = new URLSearchParams();
  const put = (key: string, value: string): void => {
    if (value) query.set(key, value);
  };
  put("at", `${shown.place.lon.toFixed(5)},${shown.place.lat.toFixed(5)}`);
  put("z", shown.place.zoom.toFixed(2));
  put("off", [...shown.off].sort().join(","));
  put("on", [...shown.on].sort().join(","));
  put("rank", [...shown.filter.ranks].sort().join(","));
  put("trade", [...shown.filter.trades].sort().join(","));
  put("unacked", shown.filter.unacked ? "1" : "");
  put("shelved", shown.filter.shelved ? "1" : "");
  put("theme", shown.theme === "dark" ? "dark" : "");
  put("sel", shown.selected);
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  window.history.replaceState(null, "", `${window.location.pathname}?${text}`);
}
