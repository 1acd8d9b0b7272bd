import "@tabler/core/dist/css/tabler.min.css";
import "./styles/tokens.css";
import "./styles/shell.css";
import "./styles/pieces.css";
import "./styles/desk.css";
import "./styles/map.css";
import "./styles/cases.css";
import "./styles/phone.css";
import "./styles/print.css";
import "@tabler/core/dist/js/tabler.esm.min.js";

import { startDialogs } from "./dialogs";
import { startEnter } from "./enter";
import { island, mountAll } from "./islands";
import { followLive, startLive } from "./live";
import { mountForms, startForms } from "./phone";
import { startOnce } from "./once";
import { startRequests } from "./requests";
import { countTicks, keepRows, startRows } from "./rows";
import { startSure } from "./sure";
import { refreshAges, startAges } from "./time";

island("duty-map", () => import("./islands/duty-map"));
island("place-map", () => import("./islands/place-map"));
island("position", () => import("./islands/position"));
island("chart", () => import("./islands/chart"));
island("story", () => import("./islands/story"));
island("spark", () => import("./islands/spark"));

function begin(): void {
  startRequests();
  startRows();
  keepRows();
  startDialogs();
  startEnter();
  startOnce();
  startSure();
  startAges();
  startLive();
  startForms();
  mountAll();
  countTicks();
  document.body.addEventListener("htmx:afterSettle", () => {
    mountForms();
    mountAll();
    followLive();
    refreshAges();
    countTicks();
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
