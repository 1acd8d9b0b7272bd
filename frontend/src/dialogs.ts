// Buttons that open a <dialog> of the page, and those that print it, without script in the page.
export function startDialogs(): void {
  if (document.querySelector("[data-print-now]")) window.setTimeout(() => window.print(), 300); // once it is drawn
  // A dialog that comes back open, with the reasons of a refusal, stands over the page like any other.
  document.querySelectorAll<HTMLDialogElement>("dialog[open]").forEach((dialog) => {
    dialog.close();
    dialog.showModal();
  });
  document.addEventListener("click", (click) => {
    const target = click.target as HTMLElement;
    if (target.closest("[data-print]")) window.print();
    const opener = target.closest<HTMLElement>("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog ?? "");
      if (dialog instanceof HTMLDialogElement) {
        click.preventDefault();
        dialog.showModal();
      }
      return;
    }
    if (target.closest("[data-close]") || target instanceof HTMLDialogElement) target.closest("dialog")?.close();
  });
  // A form of a dialog that went well closes it, before the answer's events are told: a part that re-reads itself waits
  // for an open dialog. A choice marked data-submit sends its form at once.
  document.body.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = (event as CustomEvent<{ elt: HTMLElement; xhr: XMLHttpRequest }>).detail;
    if (xhr.status < 400 && elt.matches("form[data-close-after]")) elt.closest("dialog")?.close();
  });
  document.addEventListener("change", (change) => {
    const field = change.target as HTMLElement;
    if (field.matches("[data-submit]")) field.closest("form")?.requestSubmit();
  });
}
