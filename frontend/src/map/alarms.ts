// The open alarms of the county as this page knows them, re-read in steps: the server says what changed since a cursor.
import { send } from "../requests";

export interface AlarmRow {
  id: number; name: string; text: string; trade: string; severity: number; at: string;
  active: boolean; acked: boolean; acked_by: string; shelved: string | null;
  lon: number | null; lat: number | null; place: string; label: string; cause: string; cause_name: string;
  members: number; case_id: number | null; case_number: string;
}
interface Answer { cursor: string; full: boolean; alarms: AlarmRow[]; gone: number[] }
export interface Filter { ranks: Set<number>; trades: Set<string>; unacked: boolean; shelved: boolean }
export interface Change { fresh: AlarmRow[]; first: boolean }

const FULL_EVERY_MS = 60_000;

export class Alarms {
  readonly all = new Map<number, AlarmRow>();
  readonly filter: Filter = { ranks: new Set(), trades: new Set(), unacked: false, shelved: false };
  failed: string | null = null;
  private readonly named = new Set<number>();
  private cursor = "";
  private fullAt = 0;
  private reading = false;
  private again = false;
  private first = true;
  private listeners: ((change: Change) => void)[] = [];

  constructor(private readonly url: string) {}

  onChange(listener: (change: Change) => void): void {
    this.listeners.push(listener);
  }

  tell(change: Change = { fresh: [], first: false }): void {
    for (const listener of this.listeners) listener(change);
  }

  /** One request at a time; a hint that comes meanwhile is answered by one more. `ids`: whom the hints named. */
  async read(ids: number[] = []): Promise<void> {
    for (const id of ids) this.named.add(id);
    if (this.reading) {
      this.again = true;
      return;
    }
    this.reading = true;
    try {
      do {
        this.again = false;
        await this.once();
      } while (this.again);
    } catch (failure) {
      this.failed = (failure as Error).message;
      this.tell();
    } finally {
      this.reading = false;
    }
  }

  private async once(): Promise<void> {
    const since = this.cursor && Date.now() - this.fullAt < FULL_EVERY_MS ? this.cursor : "";
    const ids = [...this.named];
    this.named.clear();
    const query = since && ids.length <= 400 ? `?since=${encodeURIComponent(since)}&ids=${ids.join(",")}` : "";
    const answer = (await (await send(`${this.url}${query}`, undefined, true)).json()) as Answer;
    const known = new Set(this.all.keys());
    if (answer.full) {
      this.all.clear();
      this.fullAt = Date.now();
    }
    for (const row of answer.alarms) this.all.set(row.id, row);
    for (const id of answer.gone) this.all.delete(id);
    this.cursor = answer.cursor;
    this.failed = null;
    const fresh = this.first ? [] : answer.alarms.filter((row) => !known.has(row.id) && !row.shelved);
    this.tell({ fresh, first: this.first });
    this.first = false;
  }

  passes(row: AlarmRow): boolean {
    const { ranks, trades, unacked, shelved } = this.filter;
    return (ranks.size === 0 || ranks.has(row.severity)) && (trades.size === 0 || trades.has(row.trade)) &&
      (!unacked || !row.acked) && (shelved || !row.shelved);
  }

  /** Those the filter lets through: worst rank first, what still stands before what is normal again, then the newest. */
  shown(): AlarmRow[] {
    return [...this.all.values()].filter((row) => this.passes(row)).sort((a, b) => a.severity - b.severity || Number(b.active) - Number(a.active) || b.at.localeCompare(a.at) || b.id - a.id);
  }
}
