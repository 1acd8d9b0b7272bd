// Call startForms before the islands are mounted: a draft may know where a map should open.
// What the phone pages (and the desk's forms) need beside htmx: photos, drafts, sending, position, picking a place.
import { mountDrafts } from "./draft";
import { mountPhotos } from "./photos";
import { startPicks } from "./pick";
import { mountPlaces } from "./place";
import { mountPosition } from "./position";
import { mountSends, startSends } from "./send";
import { startSifts } from "./sift";

function mountPhrases(root: ParentNode): void {
  for (const shelf of root.querySelectorAll<HTMLElement>("[data-phrases]:not([data-phrases-mounted])")) {
    shelf.dataset.phrasesMounted = "";
    const field = document.getElementById(shelf.dataset.phrases!) as HTMLTextAreaElement;
    shelf.addEventListener("click", (event) => {
      const phrase = (event.target as HTMLElement).closest<HTMLElement>("[data-phrase]")?.textContent?.trim();
      if (!phrase) return;
      field.value = field.value ? `${field.value.replace(/[，。\s]+$/, "")}，${phrase}` : phrase;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

export function mountForms(root: ParentNode = document): void {
  mountPhotos(root);
  mountPhrases(root);
  mountDrafts(root);
  mountPlaces(root);
  mountSends(root);
}

export function startForms(): void {
  mountForms();
  startPicks();
  startSends();
  startSifts();
  mountPosition();
}
