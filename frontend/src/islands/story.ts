// The demo's story button: the server renders what can be played and how far it is.
import htmx from "htmx.org";

export async function mount(root: HTMLElement): Promise<void> {
  const answer = await fetch(root.dataset.src ?? "", { headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (!answer.ok) return; // not a demo, or not for this person
  root.innerHTML = await answer.text();
  root.hidden = false;
  htmx.process(root);
}
