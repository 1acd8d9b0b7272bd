// A button that ends something asks once more in its own place: data-sure holds what it says until the second press.
const ASKS_MS = 5000;

export function startSure(): void {
  document.addEventListener("click", (click) => {
    const button = (click.target as HTMLElement).closest<HTMLButtonElement>("button[data-sure]");
    if (!button || button.dataset.asked) return;
    click.preventDefault();
    const words = button.innerHTML;
    button.dataset.asked = "1";
    button.textContent = button.dataset.sure ?? "";
    button.classList.add("btn-danger");
    window.setTimeout(() => {
      delete button.dataset.asked;
      button.innerHTML = words;
      button.classList.remove("btn-danger");
    }, ASKS_MS);
  });
}
