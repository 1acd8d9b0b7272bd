// htmx with our token, and errors said in words instead of nothing happening.
import htmx from "htmx.org";
import { sending } from "./phone/send";
import { word } from "./words";

export function token(): string {
  const field = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value;
  const meta = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content;
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return cookie ?? meta ?? field ?? "";
}

export function toast(text: string, kind: "info" | "error" = "info"): void {
  let shelf = document.getElementById("toasts");
  if (!shelf) {
    shelf = document.createElement("div");
    shelf.id = "toasts";
    shelf.setAttribute("role", "status");
    shelf.setAttribute("aria-live", "polite");
    document.body.append(shelf);
  }
  const note = document.createElement("div");
  note.className = `note note-${kind}`;
  note.textContent = text;
  shelf.append(note);
  window.setTimeout(() => note.remove(), kind === "error" ? 8000 : 4000);
}

function explain(status: number, body: string): string {
  if (status === 0) return word("no_network");
  if (status === 401) return word("signed_out");
  const plain = body.trim();
  if (status >= 400 && status < 500 && plain && plain.length < 300 && !plain.startsWith("<")) return plain;
  if (status === 403) return word("forbidden");
  return word("server_error");
}

/** fetch() with the token; throws an Error whose message can be shown. */
export async function send(url: string, data?: Record<string, string | number | string[]>, background = false): Promise<Response> {
  const body = data ? new URLSearchParams() : undefined;
  for (const [key, value] of Object.entries(data ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) body?.append(key, String(each));
  }
  let answer: Response;
  try {
    const headers: Record<string, string> = { "X-CSRFToken": token(), Accept: "application/json" };
    if (background) headers["X-Background"] = "1";
    answer = await fetch(url, { method: data ? "POST" : "GET", body, headers, credentials: "same-origin" });
  } catch {
    throw new Error(word("no_network"));
  }
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/signin")) throw new Error(word("signed_out"));
  if (!answer.ok) throw new Error(explain(answer.status, await answer.text()));
  return answer;
}

export function startRequests(): void {
  htmx.config.includeIndicatorStyles = false;
  htmx.config.historyCacheSize = 0;
  htmx.config.refreshOnHistoryMiss = true;
  htmx.config.scrollBehavior = "auto";
  (window as unknown as { htmx: typeof htmx }).htmx = htmx;
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { headers, triggeringEvent } = (event as CustomEvent<{ headers: Record<string, string>; triggeringEvent?: Event }>).detail;
    headers["X-CSRFToken"] = token();
    if (!triggeringEvent || /^(live:|every$)/.test(triggeringEvent.type)) headers["X-Background"] = "1"; // a screen that re-reads is not a person at work
  });
  // A part that re-reads itself waits while somebody writes in it or answers its dialog.
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const { target, requestConfig } = (event as CustomEvent<{ target: HTMLElement; requestConfig: { triggeringEvent?: Event } }>).detail;
    const cause = requestConfig.triggeringEvent?.type ?? "";
    const busy = target.querySelector("dialog[open]") ?? (target.contains(document.activeElement) && document.activeElement?.matches("input:not([type=checkbox]), textarea, select"));
    if (cause.startsWith("live:") && (busy || sending())) event.preventDefault();
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    toast(explain(xhr.status, xhr.responseText), "error");
  });
  document.body.addEventListener("htmx:sendError", () => toast(word("no_network"), "error"));
  document.body.addEventListener("toast", (event) => {
    const detail = (event as CustomEvent<{ value?: string; text?: string }>).detail;
    toast(detail.value ?? detail.text ?? "");
  });
}
