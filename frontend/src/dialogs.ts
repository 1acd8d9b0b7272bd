// Buttons that open a <dialog> of the page, without script in the page.
export function startDialogs(): void {
  document.addEventListener("click", (click) => {
    const target = click.target as HTMLElement;
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
}
