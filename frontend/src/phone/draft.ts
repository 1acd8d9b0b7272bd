// A form with data-draft="key" keeps what was typed (and its photos) in the browser until it was sent.
import { photosOf, restorePhotos, type KeptPhoto } from "./photos";

interface Draft {
  at: number;
  values: Record<string, string[]>;
  photos: Record<string, KeptPhoto[]>;
}

const PREFIX = "chengguan:draft:";
const KEPT_FOR = 7 * 24 * 3600 * 1000;
const SKIPPED = new Set(["csrfmiddlewaretoken", "version"]);

function fields(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] {
  return [...form.elements].filter(
    (each): each is HTMLInputElement =>
      (each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement || each instanceof HTMLSelectElement)
      && !!each.name && !SKIPPED.has(each.name) && each.type !== "file" && each.type !== "password" && each.dataset.noDraft === undefined,
  );
}

export function saveDraft(form: HTMLFormElement): void {
  const draft: Draft = { at: Date.now(), values: {}, photos: {} };
  for (const each of fields(form)) {
    const checkable = each instanceof HTMLInputElement && (each.type === "checkbox" || each.type === "radio");
    if (checkable && !(each as HTMLInputElement).checked) continue;
    (draft.values[each.name] ??= []).push(each.value);
  }
  for (const place of form.querySelectorAll<HTMLElement>("[data-photos]")) {
    draft.photos[place.querySelector("input")!.name] = photosOf(place);
  }
  try {
    localStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify(draft));
  } catch {
    // The browser's room is full: words matter more than photos.
    localStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify({ ...draft, photos: {} }));
  }
}

export function clearDraft(key: string): void {
  localStorage.removeItem(PREFIX + key);
}

function restore(form: HTMLFormElement): void {
  const text = localStorage.getItem(PREFIX + form.dataset.draft);
  if (!text) return;
  const draft = JSON.parse(text) as Draft;
  if (Date.now() - draft.at > KEPT_FOR) return clearDraft(form.dataset.draft!);
  let changed = false;
  for (const each of fields(form)) {
    const values = draft.values[each.name];
    if (!values?.length) continue;
    if (each instanceof HTMLInputElement && (each.type === "checkbox" || each.type === "radio")) each.checked = values.includes(each.value);
    else if (each.dataset.draftAlways !== undefined || !each.value || each instanceof HTMLSelectElement) each.value = values[0];
    else continue;
    changed ||= values[0] !== "" && each.type !== "hidden";
  }
  for (const place of form.querySelectorAll<HTMLElement>("[data-photos]")) {
    const photos = draft.photos[place.querySelector("input")!.name] ?? [];
    if (photos.length) {
      restorePhotos(place, photos);
      changed = true;
    }
  }
  if (changed) {
    for (const note of form.querySelectorAll<HTMLElement>("[data-draft-note]")) note.hidden = false;
    form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  }
}

export function mountDrafts(root: ParentNode = document): void {
  for (const sent of root.querySelectorAll<HTMLElement>("[data-draft-sent]")) clearDraft(sent.dataset.draftSent!);
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-draft]:not([data-draft-mounted])")) {
    form.dataset.draftMounted = "";
    restore(form);
    let waiting = 0;
    const soon = () => {
      clearTimeout(waiting);
      waiting = window.setTimeout(() => form.dataset.sent === undefined && saveDraft(form), 250);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("photos:changed", soon);
    for (const drop of form.querySelectorAll<HTMLElement>("[data-draft-drop]")) {
      drop.addEventListener("click", () => {
        clearDraft(form.dataset.draft!);
        location.reload();
      });
    }
  }
}
