// Two quiet palettes of the town; what is alive (alarms, states) is drawn in the meaning colours over them.
export interface Palette {
  land: string; built: string; block: string; commerce: string; civic: string; green: string; forest: string; farm: string;
  industry: string; square: string; water: string; waterText: string; hills: [string, string, string, string];
  road: string; roadMain: string; casing: string; rail: string; building: string; buildingEdge: string;
  border: string; grid: string; duty: string; text: string; text2: string; halo: string;
  severity: [string, string, string, string]; unknown: string; sheet: string; ink: string;
}

export const light: Palette = {
  land: "#f1f0eb", built: "#eae8e2", block: "#e9e6df", commerce: "#ece4dc", civic: "#e7e5e6", green: "#d9e5d0", forest: "#d5e1cc",
  farm: "#e9ecdc", industry: "#e3e2e0", square: "#ebe7dd", water: "#bfd5e2", waterText: "#5b86a3",
  hills: ["#e6ebdd", "#dde5d2", "#d4ddc8", "#cbd6be"],
  road: "#ffffff", roadMain: "#fffdf7", casing: "#d5d0c5", rail: "#b3afa8", building: "#dedad1", buildingEdge: "#cfc9be",
  border: "#8e8ba0", grid: "#7b93a6", duty: "#5a7387", text: "#3a4249", text2: "#6b747c", halo: "#fbfaf7",
  severity: ["#d02f2f", "#e8710a", "#e6b400", "#2f77d0"], unknown: "#8a96a3", sheet: "#ffffff", ink: "#1b2733",
};

export const dark: Palette = {
  land: "#131a21", built: "#18212a", block: "#1a232c", commerce: "#1e252d", civic: "#1c262f", green: "#17261f", forest: "#15231d",
  farm: "#172019", industry: "#1b2228", square: "#1f272e", water: "#0e2b3d", waterText: "#5d8ea9",
  hills: ["#151f20", "#17241f", "#192822", "#1c2c25"],
  road: "#2e3a46", roadMain: "#374552", casing: "#0f151b", rail: "#3a444e", building: "#212c36", buildingEdge: "#2a3742",
  border: "#66627c", grid: "#43586a", duty: "#5f7c92", text: "#c4ced7", text2: "#8d9aa6", halo: "#10171e",
  severity: ["#ff5c57", "#ff9a3d", "#ffd43b", "#5ba4f5"], unknown: "#7d8a97", sheet: "#18212a", ink: "#e8eef3",
};

export const paletteOf = (theme: string): Palette => (theme === "dark" ? dark : light);
export const FONT = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];
export const FONT_BOLD = ["PingFang SC Semibold", ...FONT];
