// The alarm drawer: rows of one cause stand together, worst rank first; rows are kept and moved, not rebuilt.
import { ago } from "../time";
import type { AlarmRow, Alarms } from "./alarms";

const fill = (element: HTMLElement, part: string, text: string): void => {
  const slot = element.querySelector<HTMLElement>(`[data-part="${part}"]`);
  if (slot && slot.textContent !== text) slot.textContent = text;
};
const show = (element: HTMLElement, part: string, shown: boolean): void => {
  const slot = element.querySelector<HTMLElement>(`[data-part="${part}"]`);
  if (slot) slot.hidden = !shown;
};

export class Drawer {
  private readonly rows = new Map<number, HTMLElement>();
  private readonly heads = new Map<string, HTMLElement>();

  constructor(private readonly root: HTMLElement, private readonly list: HTMLElement, private readonly alarms: Alarms,
    private readonly open: (row: AlarmRow) => void) {
    list.addEventListener("click", (click) => {
      const row = (click.target as HTMLElement).closest<HTMLElement>("[data-alarm]");
      const alarm = row && alarms.all.get(Number(row.dataset.alarm));
      if (alarm) this.open(alarm);
    });
  }

  private stamp(id: string): HTMLElement {
    const template = this.root.querySelector<HTMLTemplateElement>(`template#${id}`);
    return template?.content.firstElementChild?.cloneNode(true) as HTMLElement;
  }

  private row(alarm: AlarmRow): HTMLElement {
    let element = this.rows.get(alarm.id);
    if (!element) {
      element = this.stamp("alarm-row");
      element.dataset.alarm = String(alarm.id);
      this.rows.set(alarm.id, element);
    }
    element.className = `drawer-row severity-${alarm.severity}${alarm.acked ? " is-acked" : ""}${alarm.active ? "" : " is-normal"}${alarm.shelved ? " is-shelved" : ""}`;
    const shape = element.querySelector<HTMLElement>("[data-part=shape]");
    if (shape) shape.className = `severity severity-${alarm.shelved ? "unknown" : alarm.severity}`;
    fill(element, "rank", String(alarm.severity));
    fill(element, "name", alarm.name);
    fill(element, "label", alarm.label);
    fill(element, "place", alarm.place);
    fill(element, "text", alarm.text);
    fill(element, "members", String(alarm.members));
    show(element, "members-box", alarm.members > 1);
    show(element, "new", alarm.active && !alarm.acked);
    show(element, "acked", alarm.acked);
    show(element, "normal", !alarm.active);
    show(element, "shelved", Boolean(alarm.shelved));
    show(element, "case", alarm.case_id !== null);
    const time = element.querySelector("time");
    if (time) {
      time.dateTime = alarm.at;
      time.textContent = ago(new Date(alarm.at));
    }
    return element;
  }

  render(selected: number | null): void {
    const shown = this.alarms.shown();
    const byCause = new Map<string, AlarmRow[]>();
    for (const alarm of shown) byCause.set(alarm.cause, [...(byCause.get(alarm.cause) ?? []), alarm]);
    const wanted: HTMLElement[] = [];
    for (const [cause, members] of byCause) {
      if (members.length > 1) {
        const head = this.heads.get(cause) ?? this.stamp("alarm-cause");
        this.heads.set(cause, head);
        fill(head, "cause", members[0].cause_name);
        fill(head, "count", String(members.length));
        wanted.push(head);
      }
      for (const alarm of members) {
        const element = this.row(alarm);
        element.classList.toggle("in-cause", members.length > 1);
        element.classList.toggle("row-active", alarm.id === selected);
        wanted.push(element);
      }
    }
    wanted.forEach((element, at) => {
      if (this.list.children[at] !== element) this.list.insertBefore(element, this.list.children[at] ?? null);
    });
    while (this.list.children.length > wanted.length) this.list.lastElementChild?.remove();
    for (const id of this.rows.keys()) if (!this.alarms.all.has(id)) this.rows.delete(id);
    this.states(shown.length);
  }

  private states(n: number): void {
    const part = (name: string): HTMLElement | null => this.root.querySelector(`[data-state="${name}"]`);
    const failed = this.alarms.failed;
    part("loading")?.toggleAttribute("hidden", true);
    part("empty")?.toggleAttribute("hidden", n > 0 || this.alarms.all.size > 0 || failed !== null);
    part("filtered")?.toggleAttribute("hidden", n > 0 || this.alarms.all.size === 0);
    const error = part("error");
    if (error) {
      error.hidden = failed === null;
      const words = error.querySelector("[data-part=why]");
      if (words) words.textContent = failed ?? "";
    }
  }

  /** Counts by rank, by trade and of the unacknowledged; they stay while a filter is on, so that one can go back. */
  counts(): void {
    const rows = [...this.alarms.all.values()].filter((row) => !row.shelved);
    const say = (key: string, n: number): void => {
      this.root.querySelectorAll<HTMLElement>(`[data-count="${key}"]`).forEach((slot) => (slot.textContent = String(n)));
    };
    for (let rank = 1; rank <= 4; rank++) say(`rank-${rank}`, rows.filter((row) => row.severity === rank).length);
    say("unacked", rows.filter((row) => !row.acked).length);
    say("all", rows.length);
    say("shelved", this.alarms.all.size - rows.length);
    this.root.querySelectorAll<HTMLElement>("[data-count^='trade-']").forEach((slot) => {
      slot.textContent = String(rows.filter((row) => `trade-${row.trade}` === slot.dataset.count).length);
    });
  }
}
