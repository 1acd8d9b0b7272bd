// An island is an element with data-island="name"; it is mounted once, also after an htmx swap, and may return a way to end it.
export type Unmount = () => void;
export type Island = (element: HTMLElement) => Unmount | void | Promise<Unmount | void>;

const known = new Map<string, () => Promise<{ mount: Island }>>();
const mounted = new Map<HTMLElement, Unmount | void>();

export function island(name: string, load: () => Promise<{ mount: Island }>): void {
  known.set(name, load);
}

async function mountOne(element: HTMLElement): Promise<void> {
  const load = known.get(element.dataset.island ?? "");
  if (!load || mounted.has(element)) return;
  mounted.set(element, undefined);
  const { mount } = await load();
  mounted.set(element, await mount(element));
  element.dataset.mounted = "true";
}

export function mountAll(root: ParentNode = document): void {
  for (const [element, end] of mounted) {
    if (!element.isConnected) {
      end?.();
      mounted.delete(element);
    }
  }
  root.querySelectorAll<HTMLElement>("[data-hue]").forEach((element) => element.style.setProperty("--hue", element.dataset.hue ?? ""));
  if (root instanceof HTMLElement && root.matches("[data-island]")) void mountOne(root);
  root.querySelectorAll<HTMLElement>("[data-island]").forEach((element) => void mountOne(element));
}

/** The JSON that a page left in <script type="application/json" id="..."> for an island. */
export function readJson<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : null;
}
