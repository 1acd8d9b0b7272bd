// A button that asks the phone where it is and moves the pin of the map named in data-map="id"; accuracy is shown in words.
import type { Unmount } from "../islands";

export function mount(button: HTMLElement): Unmount {
  const map = document.getElementById(button.dataset.map ?? "");
  const say = document.querySelector<HTMLElement>(button.dataset.say ?? "");
  const words = (key: string, values: Record<string, string> = {}): void => {
    if (say) say.textContent = (button.dataset[key] ?? "").replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  };
  const ask = (): void => {
    if (!navigator.geolocation) return words("none");
    words("waiting");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        words("found", { metres: String(Math.round(coords.accuracy)) });
        const accuracy = document.querySelector<HTMLInputElement>(button.dataset.accuracy ?? "");
        if (accuracy) accuracy.value = coords.accuracy.toFixed(1);
        map?.dispatchEvent(new CustomEvent("place:go", { detail: { lon: coords.longitude, lat: coords.latitude } }));
      },
      () => words("none"),
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 15_000 },
    );
  };
  button.addEventListener("click", ask);
  if (button.dataset.auto === "on") ask();
  return () => button.removeEventListener("click", ask);
}
