// What Enter does in a form. With data-by-button it does nothing: the form has several buttons, or ends a thing for good, and a browser
// would press the first of them. Ctrl+Enter sends a form that has one button, from a text of several lines, too.
const sends = /^(submit|button|image|reset|file)$/;

function press(pressed: KeyboardEvent): void {
  if (pressed.key !== "Enter" || pressed.isComposing) return;
  const field = pressed.target;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  if (pressed.ctrlKey || pressed.metaKey) {
    if (field.type === "search" || !field.form?.matches("[data-send]")) return;
    pressed.preventDefault();
    field.form.requestSubmit();
  } else if (field instanceof HTMLInputElement && !sends.test(field.type) && field.form?.matches("[data-by-button]")) pressed.preventDefault();
}

export function startEnter(): void {
  document.addEventListener("keydown", press);
}
