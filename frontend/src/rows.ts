// Keyboard on lists: j/k move, Enter (or a double click) opens, x ticks, a letter presses the button that carries it in data-key.
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  !(target instanceof HTMLInputElement && /^(checkbox|radio|button|submit)$/.test(target.type));

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
}

function choose(row: HTMLElement): void {
  document.querySelectorAll(".row-active").forEach((other) => {
    other.classList.remove("row-active");
    other.removeAttribute("aria-current");
  });
  row.classList.add("row-active");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("row:active", { bubbles: true }));
}

function move(step: number): void {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("row-active"));
  choose(all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))]);
}

/** A link or button that Enter means. The button of a dialog that was just closed holds the keys until the next frame, and is not seen. */
const pressesItself = (target: EventTarget | null): boolean =>
  (target instanceof HTMLAnchorElement || target instanceof HTMLButtonElement) && target.offsetParent !== null;

function press(pressed: KeyboardEvent): void {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || typing(pressed.target)) return;
  if (document.querySelector(".modal.show, dialog[open]")) return;
  const active = document.querySelector<HTMLElement>("[data-row].row-active");
  const key = pressed.key.toLowerCase();
  if (key === "j" || key === "k") {
    pressed.preventDefault();
    move(key === "j" ? 1 : -1);
    return;
  }
  if (key === "/") {
    const search = document.querySelector<HTMLInputElement>("[data-search]");
    if (search) {
      pressed.preventDefault();
      search.focus();
      search.select();
    }
    return;
  }
  if (active && key === "enter" && !pressesItself(pressed.target)) {
    pressed.preventDefault(); // a ticked box would send the form it stands in
    active.querySelector<HTMLElement>("[data-open]")?.click();
    return;
  }
  if (active && key === "x") {
    active.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
    return;
  }
  const selector = `[data-key="${CSS.escape(key)}"]:not([disabled])`;
  const button = active?.querySelector<HTMLElement>(selector) ??
    [...document.querySelectorAll<HTMLElement>(selector)].find((each) => !each.closest("[data-row]"));
  // A panel that still shows another row is not meant by this key.
  const owner = button?.closest<HTMLElement>("[data-for-row]")?.dataset.forRow;
  if (button && active && owner && owner !== active.dataset.row) return;
  if (button) {
    pressed.preventDefault();
    button.click();
  }
}

export function startRows(): void {
  document.addEventListener("keydown", press);
  document.addEventListener("click", (click) => {
    const row = (click.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (row) choose(row);
  });
  document.addEventListener("dblclick", (click) => {
    const target = click.target as HTMLElement;
    if (!target.closest("a, button, input, label")) target.closest<HTMLElement>("[data-row]")?.querySelector<HTMLElement>("[data-open]")?.click();
  });
  // "tick all" of a list: data-tick-all="name of the boxes"
  document.addEventListener("change", (change) => {
    const box = change.target as HTMLInputElement;
    if (box.dataset?.tickAll) {
      document.querySelectorAll<HTMLInputElement>(`input[type=checkbox][name="${CSS.escape(box.dataset.tickAll)}"]`).forEach((each) => {
        each.checked = box.checked;
      });
    }
    countTicks();
  });
}

/** Shows how many rows are ticked in [data-ticked], and the bulk bar [data-bulk] only when some are. */
export function countTicks(): void {
  document.querySelectorAll<HTMLElement>("[data-bulk]").forEach((bar) => {
    const n = document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(bar.dataset.bulk ?? "")}"]:checked`).length;
    bar.hidden = n === 0;
    bar.querySelectorAll("[data-ticked]").forEach((each) => (each.textContent = String(n)));
    offer(bar, n);
  });
}

/** Of the moves in the bar only those that some ticked row can take, with how many can when it is not all of them (rows say data-moves). */
function offer(bar: HTMLElement, ticked: number): void {
  const boxes = [...document.querySelectorAll<HTMLInputElement>(`input[type=checkbox][name="${CSS.escape(bar.dataset.bulk ?? "")}"]:checked`)];
  if (!boxes.some((box) => box.dataset.moves !== undefined)) return;
  let offered = 0;
  bar.querySelectorAll<HTMLButtonElement>("button[name=action]").forEach((button) => {
    const can = boxes.filter((box) => (box.dataset.moves ?? "").split(" ").includes(button.value)).length;
    button.hidden = button.disabled = can === 0;
    offered += can ? 1 : 0;
    const shown = button.querySelector<HTMLElement>("[data-can]");
    if (shown) shown.textContent = can < ticked ? `${can}/${ticked}` : "";
  });
  bar.querySelectorAll<HTMLElement>("[data-none]").forEach((each) => (each.hidden = offered > 0));
}

/** A list that is read again keeps its ticks and the chosen row (rows need data-row="key"). */
export function keepRows(): void {
  let ticked: string[] = [];
  let active: string | undefined;
  document.body.addEventListener("htmx:beforeSwap", () => {
    ticked = [...document.querySelectorAll<HTMLInputElement>("[data-row] input[type=checkbox]:checked")].map((box) => `${box.name}=${box.value}`);
    active = document.querySelector<HTMLElement>("[data-row].row-active")?.dataset.row;
  });
  // At once and not when the page has settled: another part may be swapped in between, and a key pressed.
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const box of document.querySelectorAll<HTMLInputElement>("[data-row] input[type=checkbox]")) {
      if (ticked.includes(`${box.name}=${box.value}`)) box.checked = true;
    }
    if (active && !document.querySelector(".row-active")) {
      document.querySelector<HTMLElement>(`[data-row="${CSS.escape(active)}"]`)?.classList.add("row-active");
    }
    countTicks();
  });
}
