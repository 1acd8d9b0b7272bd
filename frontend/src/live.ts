// One stream of hints for the whole page. A hint says only "look again": elements re-read on the body event
// `live:<topic>` (htmx: hx-trigger="live:cases from:body"). Topics come from data-live="alarms,cases".
import { word } from "./words";

const DEBOUNCE_MS = 150;
const RETRY_MS = [1000, 2000, 4000, 8000];
const SILENT_MS = 35_000; // the server's heartbeat comes every 10 s

let source: EventSource | null = null;
let topics = "";
let lostSince: Date | null = null;
let attempts = 0;
let lastHeard = Date.now();
const waiting = new Map<string, { timer: number; hints: unknown[] }>();

function wanted(): string {
  const found = new Set<string>();
  document.querySelectorAll<HTMLElement>("[data-live]").forEach((element) => {
    for (const topic of (element.dataset.live ?? "").split(",")) if (topic.trim()) found.add(topic.trim());
  });
  return [...found].sort().join(",");
}

function say(): void {
  document.documentElement.classList.toggle("is-stale", lostSince !== null);
  document.querySelectorAll<HTMLElement>("[data-live-state]").forEach((element) => {
    element.hidden = lostSince === null;
    element.dataset.liveState = lostSince ? "lost" : "live";
    element.textContent = lostSince
      ? word("live_lost", { since: lostSince.toLocaleTimeString("zh-CN", { hour12: false }) })
      : "";
  });
}

function tell(topic: string, hints: unknown[]): void {
  document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { detail: { topic, hints } }));
}

function heard(topic: string, hint: unknown): void {
  const pending = waiting.get(topic);
  if (pending) pending.hints.push(hint);
  else open(topic, [hint]);
}

/** The first hint after a quiet while is told at once; those that follow are gathered. */
function open(topic: string, hints: unknown[]): void {
  tell(topic, hints);
  const entry = {
    hints: [] as unknown[],
    timer: window.setTimeout(() => {
      waiting.delete(topic);
      if (entry.hints.length) open(topic, entry.hints);
    }, DEBOUNCE_MS),
  };
  waiting.set(topic, entry);
}

function lost(): void {
  source?.close();
  source = null;
  lostSince ??= new Date(lastHeard);
  say();
  const wait = RETRY_MS[Math.min(attempts++, RETRY_MS.length - 1)];
  window.setTimeout(connect, wait);
}

function connect(): void {
  if (source || !topics) return;
  const opened = new EventSource(`/live?topics=${encodeURIComponent(topics)}`);
  source = opened;
  opened.addEventListener("ready", () => {
    lastHeard = Date.now();
    attempts = 0;
    const wasLost = lostSince !== null;
    lostSince = null;
    say();
    if (wasLost) for (const topic of topics.split(",")) tell(topic, []);
  });
  opened.addEventListener("beat", () => {
    lastHeard = Date.now();
  });
  opened.addEventListener("hint", (message) => {
    lastHeard = Date.now();
    const { topic, about } = JSON.parse((message as MessageEvent<string>).data) as { topic: string; about: unknown };
    heard(topic, about);
  });
  // Every quarter of an hour the server asks again who this is.
  opened.addEventListener("bye", () => {
    if (source !== opened) return;
    opened.close();
    source = null;
    connect();
    for (const topic of topics.split(",")) tell(topic, []);
  });
  // The server lost its broker: the connection stands, but nothing would come.
  opened.addEventListener("lost", () => source === opened && lost());
  opened.onerror = () => source === opened && lost();
}

export function followLive(): void {
  const now = wanted();
  if (now === topics) return;
  topics = now;
  source?.close();
  source = null;
  connect();
}

export function startLive(): void {
  followLive();
  window.setInterval(() => {
    if (source && Date.now() - lastHeard > SILENT_MS) lost();
  }, 5000);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (shown) => {
    if (!shown.persisted) return;
    source = null;
    connect();
  });
}

export function liveLost(): boolean {
  return lostSince !== null;
}
