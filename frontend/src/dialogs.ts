// Buttons that open a <dialog> of the page, without script in the page.
export function startDialogs(): void {
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
  // A form of a dialog that went well closes it; a choice marked data-submit sends its form at once.
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = (event as CustomEvent<{ elt: HTMLElement; successful: boolean }>).detail;
    if (successful && elt.matches("form[data-close-after]")) elt.closest("dialog")?.close();
  });
  document.addEventListener("change", (change) => {
    const field = change.target as HTMLElement;
    if (field.matches("[data-submit]")) field.closest("form")?.requestSubmit();
  });
}
