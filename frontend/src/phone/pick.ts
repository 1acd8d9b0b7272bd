// A searched choice: <div data-pick="name"> holds the hidden value, the search field and the found list the server sends.
// Arrow keys walk the list, Enter takes, and `<name>:picked` is told to the page. With data-instead="radio" it stands beside radios of
// that name, and what was chosen last holds: one found unchecks them, one of them checked empties what was found.

function uncheck(place: HTMLElement): void {
  const name = place.dataset.instead;
  if (!name) return;
  for (const radio of place.closest("form")?.querySelectorAll<HTMLInputElement>(`input[type="radio"][name="${name}"]:checked`) ?? []) radio.checked = false;
}

function forget(radio: HTMLInputElement): void {
  for (const place of radio.form?.querySelectorAll<HTMLElement>("[data-pick][data-instead]") ?? []) {
    if (place.dataset.instead !== radio.name) continue;
    for (const field of place.querySelectorAll<HTMLInputElement>("[data-picked-value], [data-picked-shown]")) field.value = "";
    place.querySelector(".found")?.replaceChildren();
  }
}

function take(place: HTMLElement, button: HTMLElement): void {
  const value = place.querySelector<HTMLInputElement>("[data-picked-value]")!;
  const shown = place.querySelector<HTMLInputElement>("[data-picked-shown]")!;
  value.value = button.dataset.value ?? "";
  shown.value = button.dataset.shown ?? button.textContent?.trim() ?? "";
  place.querySelector(".found")?.replaceChildren();
  uncheck(place);
  value.dispatchEvent(new Event("change", { bubbles: true }));
  const detail = { value: value.value, lon: Number(button.dataset.lon), lat: Number(button.dataset.lat), address: button.dataset.address };
  document.body.dispatchEvent(new CustomEvent(`${place.dataset.pick}:picked`, { detail }));
  if (button.dataset.lon) place.closest("form")?.dispatchEvent(new CustomEvent("place:chosen", { detail }));
}

export function startPicks(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-pick] [data-value]");
    const place = button?.closest<HTMLElement>("[data-pick]");
    if (button && place) take(place, button);
  });
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "radio" && event.target.checked) forget(event.target);
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
