// The duty map: map, drawer, counts, card, search, legend and the address bar, kept in step.
import htmx from "htmx.org";
import { readJson, type Unmount } from "../islands";
import { send } from "../requests";
import { Alarms, type AlarmRow } from "../map/alarms";
import { readAddress, writeAddress, type Place } from "../map/address";
import { Drawer } from "../map/drawer";
import { startSearch } from "../map/search";
import { announceAlarms, startSound } from "../map/sound";
import { STREET_ZOOM, View, type DeviceState, type Trade } from "../map/view";

interface Config { start: Place; alarms: string; states: string; search: string; card: string; trades: Trade[] }
const SWITCHED_OFF = new Set(["duty_grids"]); // base layers that are hidden until asked for
const STATES_EVERY_MS = 2000;

export function mount(root: HTMLElement): Unmount {
  const config = readJson<Config>("duty-config");
  if (!config) throw new Error("duty-config is missing");
  const part = <T extends HTMLElement>(name: string): T => root.querySelector<T>(`[data-part="${name}"]`) as T;
  if (window.innerWidth <= 900) root.querySelector<HTMLDetailsElement>(".duty-layers")?.removeAttribute("open");
  const alarms = new Alarms(config.alarms);
  const shown = readAddress(config.start, alarms.filter);
  const apply = (): void => {
    document.documentElement.dataset.bsTheme = shown.theme;
  };
  apply();
  const view = new View(part("canvas"), shown.place, shown.theme, config.trades);
  const { map } = view;
  const drawer = new Drawer(root, part("list"), alarms, (row) => select(`alarm-${row.id}`, true));
  const selectedAlarm = (): number | null => (shown.selected.startsWith("alarm-") ? Number(shown.selected.slice(6)) : null);

  // ---- what is selected, and its card
  const card = part("card");
  function loadCard(): void {
    const [kind, id] = shown.selected.split(/-(.*)/);
    card.hidden = !shown.selected;
    root.classList.toggle("has-card", Boolean(shown.selected));
    if (!shown.selected) return card.replaceChildren();
    void htmx.ajax("get", `${config!.card}${kind}/${encodeURIComponent(id)}`, { target: card, swap: "innerHTML" });
  }
  function select(what: string, fly: boolean, point: [number, number] | null = null): void {
    shown.selected = what;
    const row = selectedAlarm() !== null ? alarms.all.get(selectedAlarm() as number) : undefined;
    view.choose(point ?? (row && row.lon !== null ? [row.lon, row.lat as number] : null), fly);
    loadCard();
    drawer.render(selectedAlarm());
    writeAddress(shown);
  }
  card.addEventListener("click", (click) => {
    if ((click.target as HTMLElement).closest("[data-close-card]")) select("", false);
  });
  card.addEventListener("htmx:afterSwap", () => {
    const at = card.querySelector<HTMLElement>("[data-lon]");
    if (at?.dataset.lon && at.dataset.lat) view.choose([Number(at.dataset.lon), Number(at.dataset.lat)], !shown.selected.startsWith("alarm-"));
  });
  const escape = (key: KeyboardEvent): void => {
    if (key.key === "Escape" && shown.selected && !document.querySelector("dialog[open]")) select("", false);
  };
  document.addEventListener("keydown", escape);

  // ---- alarms: read again on a hint, in steps
  const sound = startSound(part("sound"));
  const announcer = part("announcer");
  alarms.onChange(({ fresh, first }) => {
    view.setAlarms(alarms.shown());
    drawer.counts();
    drawer.render(selectedAlarm());
    if (fresh.length) announceAlarms(fresh.filter((row) => alarms.passes(row)), announcer, sound);
    if (first && shown.selected) select(shown.selected, false);
    else if (selectedAlarm() !== null && !alarms.all.has(selectedAlarm() as number) && !first) card.dataset.gone = "true";
  });
  const readAlarms = (event?: Event): void => {
    const hints = (event as CustomEvent<{ hints?: { ids?: number[]; id?: number }[] }> | undefined)?.detail?.hints ?? [];
    void alarms.read(hints.flatMap((hint) => hint.ids ?? (hint.id ? [hint.id] : [])));
  };
  document.body.addEventListener("live:alarms", readAlarms);
  const repair = window.setInterval(() => readAlarms(), 30_000); // hints may be lost
  readAlarms();

  // ---- states of devices in the streets that are in view
  let statesTimer = 0;
  const readStates = async (): Promise<void> => {
    window.clearTimeout(statesTimer);
    statesTimer = 0;
    if (map.getZoom() < STREET_ZOOM) return;
    const bounds = map.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((n) => n.toFixed(6)).join(",");
    try {
      view.setStates(((await (await send(`${config.states}?bbox=${box}`, undefined, true)).json()) as { devices: DeviceState[] }).devices);
      legendSoon();
    } catch {
      /* what is drawn stays; the shell says since when live updates are lost */
    }
  };
  const statesSoon = (): void => {
    if (!statesTimer) statesTimer = window.setTimeout(() => void readStates(), STATES_EVERY_MS);
  };
  document.body.addEventListener("live:devices", statesSoon);

  // ---- switches of layers, theme
  const isShown = (key: string): boolean => (SWITCHED_OFF.has(key) ? shown.on.has(key) : !shown.off.has(key));
  const applyLayers = (): void => {
    root.querySelectorAll<HTMLInputElement>("input[data-layer]").forEach((box) => {
      const key = box.dataset.layer as string;
      box.checked = isShown(key);
      view.toggle(key, box.checked);
    });
    view.hideStates(shown.off);
  };
  root.addEventListener("change", (change) => {
    const box = change.target as HTMLInputElement;
    const key = box.dataset.layer;
    if (!key) return;
    const set = SWITCHED_OFF.has(key) ? shown.on : shown.off;
    if (box.checked === SWITCHED_OFF.has(key)) set.add(key);
    else set.delete(key);
    applyLayers();
    writeAddress(shown);
  });
  part("theme").addEventListener("click", () => {
    shown.theme = shown.theme === "dark" ? "light" : "dark";
    apply();
    view.setTheme(shown.theme);
    writeAddress(shown);
  });
  map.on("style.load", () => {
    applyLayers();
    view.setAlarms(alarms.shown());
  });

  // ---- filters: counts that filter when clicked
  const pressed = (): void => {
    root.querySelectorAll<HTMLElement>("[data-filter]").forEach((chip) => {
      const [kind, value] = (chip.dataset.filter as string).split(":");
      const { ranks, trades, unacked, shelved } = alarms.filter;
      const on = kind === "rank" ? ranks.has(Number(value)) : kind === "trade" ? trades.has(value) : kind === "unacked" ? unacked : shelved;
      chip.setAttribute("aria-pressed", String(on));
    });
    part("clear").hidden = alarms.filter.ranks.size + alarms.filter.trades.size === 0 && !alarms.filter.unacked;
  };
  const flip = <T>(set: Set<T>, value: T): void => void (set.delete(value) || set.add(value));
  root.addEventListener("click", (click) => {
    const chip = (click.target as HTMLElement).closest<HTMLElement>("[data-filter]");
    if (!chip) return;
    const [kind, value] = (chip.dataset.filter as string).split(":");
    const { filter } = alarms;
    if (kind === "rank") flip(filter.ranks, Number(value));
    else if (kind === "trade") flip(filter.trades, value);
    else if (kind === "unacked") filter.unacked = !filter.unacked;
    else if (kind === "shelved") filter.shelved = !filter.shelved;
    else {
      filter.ranks.clear();
      filter.trades.clear();
      filter.unacked = false;
    }
    pressed();
    alarms.tell();
    writeAddress(shown);
  });
  pressed();

  // ---- the map itself
  let legendTimer = 0;
  const legendSoon = (): void => {
    window.clearTimeout(legendTimer);
    legendTimer = window.setTimeout(() => {
      const seen = view.inView();
      root.querySelectorAll<HTMLElement>("[data-legend]").forEach((entry) => (entry.hidden = !seen.has(entry.dataset.legend as string)));
      part("legend").hidden = seen.size === 0;
    }, 150);
  };
  map.on("idle", legendSoon);
  map.on("moveend", () => {
    const centre = map.getCenter();
    shown.place = { zoom: map.getZoom(), lon: centre.lng, lat: centre.lat };
    writeAddress(shown);
    void readStates();
  });
  map.on("click", (click) => {
    const feature = view.under(click.point.x, click.point.y);
    if (!feature) return shown.selected ? select("", false) : undefined;
    const point = (feature.geometry as GeoJSON.Point).coordinates as [number, number];
    if (feature.layer.id === "alarm-clusters") return void view.breakUp(feature);
    if (feature.layer.id === "alarm-marks") return select(`alarm-${feature.properties.id}`, false, point);
    if (feature.layer.id === "device-states") return select(`device-${feature.properties.id}`, false, point);
    select(`component-${feature.properties.code}`, false, point);
  });
  map.on("mousemove", (move) => {
    map.getCanvas().style.cursor = view.under(move.point.x, move.point.y) ? "pointer" : "";
  });
  map.once("load", () => {
    root.dataset.ready = "true";
    void readStates();
  });
  startSearch(part("search"), config.search, (found) => {
    const point: [number, number] = [found.lon, found.lat];
    map.flyTo({ center: point, zoom: Math.max(map.getZoom(), 17), duration: 700 });
    select(found.select, false, point);
    if (!found.select) view.choose(point);
  });

  return () => {
    document.body.removeEventListener("live:alarms", readAlarms);
    document.body.removeEventListener("live:devices", statesSoon);
    document.removeEventListener("keydown", escape);
    window.clearInterval(repair);
    delete document.documentElement.dataset.bsTheme;
    map.remove();
  };
}

export type { AlarmRow };
