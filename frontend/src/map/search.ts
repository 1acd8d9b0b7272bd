// Search by address, code, label: results below the field, arrow keys and Enter; the answer is asked for while typing.
import { send } from "../requests";

export interface Found { kind: string; kind_name: string; title: string; sub: string; lon: number; lat: number; select: string }

export function startSearch(box: HTMLElement, url: string, go: (found: Found) => void): void {
  const input = box.querySelector<HTMLInputElement>("input");
  const list = box.querySelector<HTMLElement>("[role=listbox]");
  const none = box.querySelector<HTMLElement>("[data-state=none]");
  if (!input || !list) return;
  let timer = 0;
  let asked = 0;
  let results: Found[] = [];
  let at = -1;

  const close = (): void => {
    list.hidden = true;
    if (none) none.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const mark = (to: number): void => {
    at = Math.max(-1, Math.min(results.length - 1, to));
    [...list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
  };
  const pick = (n: number): void => {
    const found = results[n];
    if (!found) return;
    input.value = found.title;
    close();
    go(found);
  };
  const ask = async (): Promise<void> => {
    const text = input.value.trim();
    const mine = ++asked;
    if (!text) return close();
    try {
      const answer = (await (await send(`${url}?q=${encodeURIComponent(text)}`)).json()) as { results: Found[] };
      if (mine !== asked) return;
      results = answer.results;
    } catch {
      results = [];
    }
    list.replaceChildren(...results.map((found, n) => {
      const row = document.createElement("button");
      row.type = "button";
      row.role = "option";
      row.className = "search-row";
      const kind = document.createElement("span");
      kind.className = "search-kind";
      kind.textContent = found.kind_name;
      const title = document.createElement("strong");
      title.textContent = found.title;
      const sub = document.createElement("span");
      sub.className = "muted clip";
      sub.textContent = found.sub;
      row.append(kind, title, sub);
      row.addEventListener("mousedown", (down) => {
        down.preventDefault();
        pick(n);
      });
      return row;
    }));
    list.hidden = results.length === 0;
    if (none) none.hidden = results.length > 0;
    input.setAttribute("aria-expanded", String(results.length > 0));
    mark(results.length ? 0 : -1);
  };
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), 180);
  });
  input.addEventListener("keydown", (key) => {
    if (key.key === "ArrowDown" || key.key === "ArrowUp") {
      key.preventDefault();
      mark(at + (key.key === "ArrowDown" ? 1 : -1));
    } else if (key.key === "Enter") {
      key.preventDefault();
      pick(Math.max(0, at));
    } else if (key.key === "Escape") {
      close();
      input.blur();
    }
  });
  input.addEventListener("blur", () => window.setTimeout(close, 120));
  input.addEventListener("focus", () => input.value && void ask());
}
