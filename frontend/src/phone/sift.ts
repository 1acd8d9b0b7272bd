// A long list of choices narrowed by typing: <div data-sift> holds a search field and labels with data-words.
// Enter takes the first that is left, Escape shows all again.

const left = (place: HTMLElement): HTMLElement[] => [...place.querySelectorAll<HTMLElement>(".sift-list [data-words]")].filter((each) => !each.hidden);

function narrow(place: HTMLElement, typed: string): void {
  const wanted = typed.trim().toLowerCase();
  place.querySelectorAll<HTMLElement>(".sift-list [data-words]").forEach((each) => {
    each.hidden = wanted !== "" && !(each.dataset.words ?? "").includes(wanted);
  });
  const none = place.querySelector<HTMLElement>("[data-sift-none]");
  if (none) none.hidden = left(place).length > 0;
}

export function startSifts(): void {
  document.addEventListener("input", (event) => {
    const field = event.target as HTMLInputElement;
    const place = field.type === "search" ? field.closest<HTMLElement>("[data-sift]") : null;
    if (place) narrow(place, field.value);
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target as HTMLInputElement;
    const place = field.type === "search" ? field.closest?.<HTMLElement>("[data-sift]") : null;
    if (!place) return;
    if (event.key === "Enter") {
      event.preventDefault(); // the form is not sent by a search
      const first = field.value.trim() ? left(place)[0]?.querySelector("input") : null;
      first?.click();
      first?.focus();
    } else if (event.key === "Escape") {
      field.value = "";
      narrow(place, "");
    }
  });
}
