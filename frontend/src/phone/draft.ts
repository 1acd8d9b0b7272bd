// A form with data-draft="key" keeps what was typed (and its photos) in the browser until it was sent, for the account that typed it.
import { photosOf, restorePhotos, type KeptPhoto } from "./photos";

interface Draft {
  at: number;
  values: Record<string, string[]>;
  photos: Record<string, KeptPhoto[]>;
}

const KEPT_FOR = 7 * 24 * 3600 * 1000;
const SKIPPED = new Set(["csrfmiddlewaretoken", "version"]);

function place(key: string): string {
  return `chengguan:draft:${document.body.dataset.account ?? ""}:${key}`;
}

// A field with data-draft-unless="name" is not kept while the box of that name is ticked: the browser may be somebody else's next.
function isPrivate(form: HTMLFormElement, field: HTMLElement): boolean {
  const box = field.dataset.draftUnless ? form.elements.namedItem(field.dataset.draftUnless) : null;
  return box instanceof HTMLInputElement && box.checked;
}

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
    if ((checkable && !(each as HTMLInputElement).checked) || isPrivate(form, each)) continue;
    (draft.values[each.name] ??= []).push(each.value);
  }
  for (const shelf of form.querySelectorAll<HTMLElement>("[data-photos]")) {
    draft.photos[shelf.querySelector("input")!.name] = photosOf(shelf);
  }
  try {
    localStorage.setItem(place(form.dataset.draft!), JSON.stringify(draft));
  } catch {
    // The browser's room is full: words matter more than photos.
    localStorage.setItem(place(form.dataset.draft!), JSON.stringify({ ...draft, photos: {} }));
  }
}

export function clearDraft(key: string): void {
  localStorage.removeItem(place(key));
}

function restore(form: HTMLFormElement): void {
  const text = localStorage.getItem(place(form.dataset.draft!));
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
  for (const shelf of form.querySelectorAll<HTMLElement>("[data-photos]")) {
    const photos = draft.photos[shelf.querySelector("input")!.name] ?? [];
    if (photos.length) {
      restorePhotos(shelf, photos);
      changed = true;
    }
  }
  if (changed) {
    for (const note of form.querySelectorAll<HTMLElement>("[data-draft-note]")) note.hidden = false;
    form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  }
}

// Who signs out at a desk leaves nothing behind for the next one.
function clearOwn(): void {
  const own = place("");
  for (const key of Object.keys(localStorage)) if (key.startsWith(own)) localStorage.removeItem(key);
}

export function mountDrafts(root: ParentNode = document): void {
  for (const end of root.querySelectorAll<HTMLFormElement>("form[data-drafts-end]")) end.addEventListener("submit", clearOwn);
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
