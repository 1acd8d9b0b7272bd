// A form that is on its way is not sent again: a second press before the answer comes would do the same thing twice.
const ON_ITS_WAY_MS = 4000;

export function startOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-send]")) return;
    if (Date.now() - Number(form.dataset.sentAt ?? 0) < ON_ITS_WAY_MS) {
      event.preventDefault();
      return;
    }
    form.dataset.sentAt = String(Date.now());
    window.setTimeout(() => {
      if (event.defaultPrevented) delete form.dataset.sentAt; // somebody else stopped it: it was not sent
    });
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent-at]")) delete form.dataset.sentAt; // come back to
  });
}
