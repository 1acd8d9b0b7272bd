// The demo's story panel: the server renders the scenes and how far each has come; buttons are sent without leaving the map.
import type { Unmount } from "../islands";
import { refreshAges } from "../time";
import { toast, token } from "../requests";

export function mount(root: HTMLElement): Unmount {
  const place = root.querySelector<HTMLElement>("[data-part=scenes]");
  const fold = root.querySelector("details");
  const address = root.dataset.src ?? "";
  if (!place || !fold) return () => {};

  async function read(): Promise<void> {
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true", "X-Background": "1" }, credentials: "same-origin" });
      if (!answer.ok) return;
      place!.innerHTML = await answer.text();
      refreshAges(place!);
    } catch {
      /* the shell says when the connection is lost; the scenes stay as they were */
    }
  }
  const play = (submit: SubmitEvent): void => {
    submit.preventDefault();
    const form = submit.target as HTMLFormElement;
    const body = new FormData(form, submit.submitter as HTMLElement | null);
    for (const each of form.querySelectorAll("button")) each.disabled = true;
    void fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token() }, credentials: "same-origin" }).then((answer) => {
      toast(answer.ok ? root.dataset.done ?? "" : root.dataset.failed ?? "", answer.ok ? "info" : "error");
      return read();
    });
  };
  const opened = (): void => {
    if (fold.open) void read();
  };
  const every = window.setInterval(opened, 3000);
  fold.addEventListener("toggle", opened);
  root.addEventListener("submit", play);
  return () => {
    window.clearInterval(every);
    fold.removeEventListener("toggle", opened);
    root.removeEventListener("submit", play);
  };
}
