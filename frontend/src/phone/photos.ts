// Photos in a form: made small before they leave, shown at once, kept in the form's draft.
// <div data-photos><label><input type=file name=... multiple></label><div data-photos-shown></div></div>

const LONGEST = 1600;
const QUALITY = 0.8;

export interface KeptPhoto {
  name: string;
  url: string; // data:image/jpeg;base64,...
}

async function small(file: File): Promise<KeptPhoto> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return { name: file.name.replace(/\.\w+$/, "") + ".jpg", url: canvas.toDataURL("image/jpeg", QUALITY) };
}

function toFile(photo: KeptPhoto): File {
  const bytes = Uint8Array.from(atob(photo.url.slice(photo.url.indexOf(",") + 1)), (c) => c.charCodeAt(0));
  return new File([bytes], photo.name, { type: "image/jpeg" });
}

const kept = new WeakMap<HTMLElement, KeptPhoto[]>();

function inputOf(place: HTMLElement): HTMLInputElement {
  return place.querySelector<HTMLInputElement>("input[type=file]")!;
}

/** Put the photos into the input, so that an ordinary submit carries them, and show them. */
function lay(place: HTMLElement, photos: KeptPhoto[]): void {
  kept.set(place, photos);
  const carrier = new DataTransfer();
  for (const photo of photos) carrier.items.add(toFile(photo));
  inputOf(place).files = carrier.files;
  const shown = place.querySelector<HTMLElement>("[data-photos-shown]")!;
  shown.replaceChildren(
    ...photos.map((photo, at) => {
      const figure = document.createElement("figure");
      const picture = Object.assign(document.createElement("img"), { src: photo.url, alt: photo.name });
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: place.dataset.remove ?? "×" });
      remove.addEventListener("click", () => {
        lay(place, photos.filter((_, other) => other !== at));
        place.dispatchEvent(new CustomEvent("photos:changed", { bubbles: true }));
      });
      figure.append(picture, remove);
      return figure;
    }),
  );
  place.classList.toggle("has-photos", photos.length > 0);
}

export function photosOf(place: HTMLElement): KeptPhoto[] {
  return kept.get(place) ?? [];
}

export function restorePhotos(place: HTMLElement, photos: KeptPhoto[]): void {
  lay(place, photos);
}

export function mountPhotos(root: ParentNode = document): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-photos]:not([data-mounted])")) {
    place.dataset.mounted = "";
    const input = inputOf(place);
    const most = Number(place.dataset.most ?? 6);
    input.addEventListener("change", async () => {
      place.classList.add("is-busy");
      const before = photosOf(place);
      const said = place.querySelector<HTMLElement>("[data-photos-error]");
      if (said) said.hidden = true;
      try {
        const added: KeptPhoto[] = [];
        for (const file of [...(input.files ?? [])]) added.push(await small(file));
        lay(place, [...before, ...added].slice(0, most));
      } catch {
        lay(place, before);
        if (said) said.hidden = false;
      }
      place.classList.remove("is-busy");
      place.dispatchEvent(new CustomEvent("photos:changed", { bubbles: true }));
    });
  }
}
