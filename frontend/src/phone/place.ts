// A place chosen in a form: by a tap on its small map (the island `place-map`), or where the phone is. What the
// server knows of that place (address, what is reported near) is asked by htmx on `place:picked`.

interface Place {
  lon: number;
  lat: number;
  byHand: boolean;
}

const input = (form: HTMLFormElement, name: string): HTMLInputElement | null => form.querySelector<HTMLInputElement>(`input[name=${name}]`);

function say(form: HTMLFormElement, words: string, known = false): void {
  for (const place of form.querySelectorAll<HTMLElement>("[data-picked]")) {
    place.classList.toggle("is-known", known);
    (place.querySelector("[data-picked-text]") ?? place).textContent = words;
  }
}

function ownPosition(form: HTMLFormElement, map: HTMLElement): void {
  say(form, map.dataset.waiting ?? "");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      map.dispatchEvent(new CustomEvent("place:go", { detail: { lon: coords.longitude, lat: coords.latitude } }));
      const accuracy = input(form, "accuracy");
      if (accuracy) accuracy.value = coords.accuracy.toFixed(0);
      say(form, (map.dataset.found ?? "").replace("{metres}", coords.accuracy.toFixed(0)), true);
    },
    () => say(form, map.dataset.none ?? ""),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 15_000 },
  );
}

/** The address the server found goes into the field as long as the person has not written one. */
function followAddress(form: HTMLFormElement): void {
  const field = input(form, "address");
  if (!field) return;
  let own = field.value !== "";
  field.addEventListener("input", (event) => {
    if (event.isTrusted) own = field.value !== "";
  });
  form.addEventListener("place:chosen", (event) => {
    const { address } = (event as CustomEvent<{ address?: string }>).detail; // a place chosen by its name keeps it
    if (!address) return;
    field.value = address;
    own = true;
  });
  form.addEventListener("htmx:afterSwap", () => {
    const found = form.querySelector<HTMLElement>("[data-found-address]")?.dataset.foundAddress;
    if (!found || own) return;
    field.value = found;
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

export function mountPlaces(root: ParentNode = document): void {
  for (const map of root.querySelectorAll<HTMLElement>("form [data-island=place-map][data-pick]:not([data-form-mounted])")) {
    map.dataset.formMounted = "";
    const form = map.closest("form")!;
    const known = () => {
      const lon = input(form, "lon")?.value;
      const lat = input(form, "lat")?.value;
      if (!lon || !lat) return;
      map.dataset.lon = lon;
      map.dataset.lat = lat;
      say(form, map.dataset.chosen ?? "", true);
    };
    followAddress(form);
    known();
    form.addEventListener("draft:restored", () => {
      known();
      if (map.dataset.lon) map.dispatchEvent(new CustomEvent("place:go", { detail: { lon: Number(map.dataset.lon), lat: Number(map.dataset.lat) } }));
    });
    map.addEventListener("place:picked", (event) => {
      const { byHand } = (event as CustomEvent<Place>).detail;
      if (!byHand) return;
      const accuracy = input(form, "accuracy");
      if (accuracy) accuracy.value = "";
      say(form, map.dataset.chosen ?? "", true);
    });
    form.addEventListener("place:chosen", (event) => {
      map.dispatchEvent(new CustomEvent("place:go", { detail: (event as CustomEvent<Place>).detail }));
      say(form, map.dataset.chosen ?? "", true);
    });
    for (const button of form.querySelectorAll<HTMLButtonElement>("[data-own-position]")) {
      button.addEventListener("click", () => ownPosition(form, map));
    }
  }
}
