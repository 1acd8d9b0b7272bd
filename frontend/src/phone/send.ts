// A form with data-send goes out by fetch: never twice, nothing lost when the server or the network says no.
import { word } from "../words";
import { clearDraft, saveDraft } from "./draft";

function say(form: HTMLFormElement, words: string): void {
  const place = form.querySelector<HTMLElement>("[data-errors]");
  if (!place) return;
  place.innerHTML = "";
  const alert = Object.assign(document.createElement("div"), { className: "notice notice-strong", textContent: words });
  alert.setAttribute("role", "alert");
  place.append(alert);
  place.scrollIntoView({ block: "center" });
}

/** Whether the page is being left for the next one. */
async function send(form: HTMLFormElement, body: FormData): Promise<boolean> {
  let answer: Response;
  try {
    answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
  } catch {
    say(form, word("draft_kept"));
    return false;
  }
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/signin")) {
    location.href = answer.url; // the draft stays: nothing was taken
    return true;
  }
  if (answer.redirected || answer.ok) {
    form.dataset.sent = ""; // a keystroke of a moment ago must not write the draft again
    if (form.dataset.draft) clearDraft(form.dataset.draft);
    location.href = answer.redirected ? answer.url : location.href;
    return true;
  }
  const text = await answer.text();
  if (answer.headers.get("Content-Type")?.startsWith("text/plain")) {
    say(form, text);
    return false;
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  const said = page.querySelector("[data-errors]");
  const place = form.querySelector("[data-errors]");
  const version = page.querySelector<HTMLInputElement>("form[data-send] input[name=version]");
  const mine = form.querySelector<HTMLInputElement>("input[name=version]");
  if (version && mine) mine.value = version.value;
  if (said && place && said.textContent?.trim()) {
    place.replaceWith(said);
    said.scrollIntoView({ block: "center" });
  } else say(form, word("not_taken", { status: answer.status }));
  return false;
}

function free(form: HTMLFormElement): void {
  for (const each of form.querySelectorAll<HTMLButtonElement>("button[type=submit], button:not([type])")) each.disabled = false;
  form.classList.remove("is-sending");
  delete form.dataset.sending;
}

/** Whether a form of this page is on its way, and what re-reads itself would only learn of the person's own act. */
export const sending = (): boolean => document.querySelector("form[data-sending]") !== null;

export function startSends(): void {
  window.addEventListener("pageshow", (shown) => {
    if (shown.persisted) document.querySelectorAll<HTMLFormElement>("form[data-sending]").forEach(free);
  });
}

export function mountSends(root: ParentNode = document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-send]:not([data-send-mounted])")) {
    form.dataset.sendMounted = "";
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.sending !== undefined) return;
      form.dataset.sending = "";
      if (form.dataset.draft) saveDraft(form);
      const body = new FormData(form, event.submitter as HTMLElement | null);
      const buttons = [...form.querySelectorAll<HTMLButtonElement>("button[type=submit], button:not([type])")];
      for (const each of buttons) each.disabled = true;
      form.classList.add("is-sending");
      if (!(await send(form, body))) free(form);
    });
  }
}
