// A searched choice: <div data-pick="name"> holds the hidden value, the search field and the found list the server sends.
// Arrow keys walk the list, Enter takes, and `<name>:picked` is told to the page.

function take(place: HTMLElement, button: HTMLElement): void {
  const value = place.querySelector<HTMLInputElement>("[data-picked-value]")!;
  const shown = place.querySelector<HTMLInputElement>("[data-picked-shown]")!;
  value.value = button.dataset.value ?? "";
  shown.value = button.dataset.shown ?? button.textContent?.trim() ?? "";
  place.querySelector(".found")?.replaceChildren();
  value.dispatchEvent(new Event("change", { bubbles: true }));
  const detail = { value: value.value, lon: Number(button.dataset.lon), lat: Number(button.dataset.lat) };
  document.body.dispatchEvent(new CustomEvent(`${place.dataset.pick}:picked`, { detail }));
  if (button.dataset.lon) place.closest("form")?.dispatchEvent(new CustomEvent("place:chosen", { detail }));
}

export function startPicks(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-pick] [data-value]");
    const place = button?.closest<HTMLElement>("[data-pick]");
    if (button && place) take(place, button);
  });
  document.addEventListener("keydown", (event) => {
    const place = (event.target as HTMLElement).closest?.<HTMLElement>("[data-pick]");
    if (!place) return;
    const buttons = [...place.querySelectorAll<HTMLElement>("[data-value]")];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      buttons[Math.max(0, Math.min(buttons.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      if (buttons[0]) take(place, buttons[0]);
    } else if (event.key === "Escape") place.querySelector(".found")?.replaceChildren();
  });
}
