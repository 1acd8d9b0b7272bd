// Where this phone is: fills a form's hidden lon, lat, accuracy; shows the accuracy; turns ways and sorts lists by distance.

import { word } from "../words";

const COMPASS = word("compass").split(",");
export interface Here {
  lon: number;
  lat: number;
  accuracy: number;
}

export function distance(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * 6371008.8;
}

export function bearing(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * Math.cos(((a.lat + b.lat) / 2) * rad);
  return (Math.atan2(x, b.lat - a.lat) / rad + 360) % 360;
}

export const spoken = (metres: number): string => 
  metres < 1000 ? word("metres", { n: Math.round(metres) }) : word("kilometres", { n: (metres / 1000).toFixed(1) });

const pointOf = (place: HTMLElement) => ({ lon: Number(place.dataset.lon), lat: Number(place.dataset.lat) });

function showWay(place: HTMLElement, here: Here): void {
  const there = pointOf(place);
  const metres = distance(here, there);
  const turn = bearing(here, there);
  const text = place.querySelector("[data-way-text]") ?? place;
  text.textContent = `${COMPASS[Math.round(turn / 45) % 8]} ${spoken(metres)}`;
  const arrow = place.querySelector<HTMLElement>("[data-way-arrow]");
  if (arrow) {
    arrow.hidden = false;
    arrow.style.transform = `rotate(${turn}deg)`;
  }
  place.classList.toggle("is-near", metres <= Number(place.dataset.within ?? 0));
}

function sortNearest(list: HTMLElement, here: Here): void {
  const items = [...list.querySelectorAll<HTMLElement>(":scope > [data-lon]")];
  const sorted = [...items].sort((a, b) => distance(here, pointOf(a)) - distance(here, pointOf(b)));
  if (sorted.some((each, at) => each !== items[at])) list.append(...sorted);
}

function fill(form: HTMLElement, here: Here): void {
  for (const [name, value] of [["lon", here.lon.toFixed(7)], ["lat", here.lat.toFixed(7)], ["accuracy", here.accuracy.toFixed(0)]]) {
    const input = form.querySelector<HTMLInputElement>(`input[name=${name}]`);
    if (input) input.value = value;
  }
  form.dispatchEvent(new CustomEvent("position:filled", { bubbles: true, detail: here }));
}

function told(here: Here): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-position]")) {
    const limit = Number(place.dataset.position || 50);
    place.classList.toggle("is-rough", here.accuracy > limit);
    place.classList.add("is-known");
    place.classList.remove("is-failed");
    const text = place.querySelector("[data-position-text]") ?? place;
    text.textContent = word(here.accuracy > limit ? "position_rough" : "position_good", { metres: Math.round(here.accuracy) });
  }
  for (const form of document.querySelectorAll<HTMLElement>("form[data-place=own], form[data-position-form]")) fill(form, here);
  for (const place of document.querySelectorAll<HTMLElement>("[data-way]")) showWay(place, here);
  for (const list of document.querySelectorAll<HTMLElement>("[data-nearest]")) sortNearest(list, here);
  document.dispatchEvent(new CustomEvent("position:here", { detail: here }));
}

function failed(error: GeolocationPositionError): void {
  const words = word(error.code === error.PERMISSION_DENIED ? "position_denied" : "position_waiting");
  for (const place of document.querySelectorAll<HTMLElement>("[data-position]")) {
    place.classList.add("is-failed");
    (place.querySelector("[data-position-text]") ?? place).textContent = words;
  }
  document.dispatchEvent(new CustomEvent("position:failed", { detail: words }));
}

/** The demo's button: people who watch the story at a desk stand where the case is. */
function pretend(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-pretend]");
    if (!button) return;
    pretended = true;
    told({ ...pointOf(button), accuracy: 5 });
  });
}
let pretended = false;

export function mountPosition(): void {
  pretend();
  const wanted = document.querySelector("[data-position], [data-way], [data-nearest], form[data-position-form]");
  if (!wanted || !("geolocation" in navigator)) return;
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      if (!pretended) told({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy });
    },
    (error) => {
      if (!pretended) failed(error);
    },
    { enableHighAccuracy: true, maximumAge: 5000, timeout: 20000 },
  );
}
