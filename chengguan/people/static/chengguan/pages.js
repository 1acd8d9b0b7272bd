// The shell's own small behaviour: the clock, menus that close, demo cards that fill in the sign-in form.
const weekday = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" });

function tick() {
  const now = new Date(Date.now() + 8 * 3600e3); // Asia/Shanghai has no summer time
  const two = (n) => String(n).padStart(2, "0");
  const text = `${two(now.getUTCMonth() + 1)}-${two(now.getUTCDate())} ${weekday.format(now)} ${two(now.getUTCHours())}:${two(now.getUTCMinutes())}`;
  document.querySelectorAll("[data-clock]").forEach((each) => { if (each.textContent !== text) each.textContent = text; });
}
tick();
setInterval(tick, 1000);

document.addEventListener("click", (click) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(click.target)) menu.open = false; });
  const card = click.target.closest("[data-fill-username]");
  if (!card) return;
  const form = document.getElementById("signin");
  form.username.value = card.dataset.fillUsername;
  form.password.value = card.dataset.fillPassword;
  document.querySelectorAll("[data-fill-username]").forEach((each) => each.setAttribute("aria-pressed", String(each === card)));
  form.querySelector("button[type=submit]").focus();
});
document.addEventListener("keydown", (key) => {
  if (key.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
});
