// <time data-ago datetime="..."> says how long ago.
import { word } from "./words";

export function ago(moment: Date, now = new Date()): string {
  const seconds = Math.max(0, Math.round((now.getTime() - moment.getTime()) / 1000));
  if (seconds < 5) return word("just_now");
  if (seconds < 60) return word("seconds_ago", { n: seconds });
  if (seconds < 3600) return word("minutes_ago", { n: Math.floor(seconds / 60) });
  if (seconds < 48 * 3600) return word("hours_ago", { n: Math.floor(seconds / 3600) });
  return word("days_ago", { n: Math.floor(seconds / 86400) });
}

const full = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});

export function clock(moment: Date): string {
  return full.format(moment).replaceAll("/", "-");
}

export function refreshAges(root: ParentNode = document): void {
  root.querySelectorAll<HTMLTimeElement>("time[data-ago]").forEach((element) => {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    const text = ago(moment);
    if (element.textContent !== text) element.textContent = text;
    element.title ||= clock(moment);
  });
}

export function startAges(): void {
  refreshAges();
  window.setInterval(() => refreshAges(), 5000);
}
