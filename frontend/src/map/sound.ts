// New alarms are said to screen readers, and sounded when the person has switched sound on.
import type { AlarmRow } from "./alarms";

const KEY = "chengguan.alarm-sound";

export interface Sound { play(rank: number): void }

export function startSound(button: HTMLElement): Sound {
  let on = false;
  let context: AudioContext | null = null;
  try {
    on = window.localStorage.getItem(KEY) === "on";
  } catch {
    /* private windows keep nothing */
  }
  const show = (): void => button.setAttribute("aria-pressed", String(on));
  show();
  button.addEventListener("click", () => {
    on = !on;
    try {
      window.localStorage.setItem(KEY, on ? "on" : "off");
    } catch {
      /* see above */
    }
    show();
    if (on) play(3);
  });
  function play(rank: number): void {
    if (!on) return;
    context ??= new AudioContext();
    const now = context.currentTime;
    for (let n = 0; n < (rank === 1 ? 3 : rank === 2 ? 2 : 1); n++) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = rank <= 2 ? 880 : 660;
      volume.gain.setValueAtTime(0.0001, now + n * 0.22);
      volume.gain.exponentialRampToValueAtTime(0.15, now + n * 0.22 + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, now + n * 0.22 + 0.18);
      tone.connect(volume).connect(context.destination);
      tone.start(now + n * 0.22);
      tone.stop(now + n * 0.22 + 0.2);
    }
  }
  return { play };
}

export function announceAlarms(fresh: AlarmRow[], announcer: HTMLElement, sound: Sound): void {
  if (!fresh.length) return;
  const worst = fresh.reduce((a, b) => (a.severity <= b.severity ? a : b));
  const template = announcer.dataset.words ?? "{n} {name} {place}";
  announcer.textContent = template.replace("{n}", String(fresh.length)).replace("{name}", worst.name).replace("{place}", worst.place || worst.label)
    .replace("{rank}", String(worst.severity));
  sound.play(worst.severity);
}
