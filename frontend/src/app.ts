import "@tabler/core/dist/css/tabler.min.css";
import "./styles/tokens.css";
import "./styles/shell.css";
import "./styles/pieces.css";
import "@tabler/core/dist/js/tabler.esm.min.js";

import { startDialogs } from "./dialogs";
import { mountAll } from "./islands";
import { followLive, startLive } from "./live";
import { startRequests } from "./requests";
import { countTicks, startRows } from "./rows";
import { refreshAges, startAges } from "./time";

function begin(): void {
  startRequests();
  startRows();
  startDialogs();
  startAges();
  startLive();
  mountAll();
  countTicks();
  document.body.addEventListener("htmx:afterSettle", () => {
    mountAll();
    followLive();
    refreshAges();
    countTicks();
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
