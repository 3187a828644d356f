// Wires the parts: one time, one chosen track, drawn once a frame at most.
const slider = document.getElementById("when");
const playButton = document.getElementById("play");
const pace = document.getElementById("pace");
const clock = document.getElementById("clock");
const themeButton = document.getElementById("theme");
const root = document.documentElement;

let waiting = false;
const redraw = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    drawAll();
  });
};
const drawAll = () => {
  const now = drawMap();
  drawTimeline();
  drawCard();
  const flying = now.filter(([, at]) => !at.ended);
  const local = localOf(shown.t);
  const without = flying.filter(([track]) => track.kind === "without").length;
  clock.replaceChildren(
    part("strong", `${utcOf(shown.t)} UTC`),
    part("span", `${local ? `${local} local; ` : ""}${flying.length} held, ${without} without transponder`),
  );
  if (document.activeElement !== slider || playing) slider.value = String(Math.round(shown.t));
  slider.setAttribute("aria-valuetext", `${utcOf(shown.t)} UTC`);
};

const go = t => {
  shown.t = Math.min(night.end, Math.max(0, t));
  redraw();
};
const choose = id => {
  shown.chosen = id;
  for (const row of document.querySelectorAll("tr[data-row]")) row.classList.toggle("chosen", Number(row.dataset.row) === id);
  redraw();
};

let playing = false, before = 0;
const stop = () => { playing = false; playButton.textContent = "Play"; };
const tick = now => {
  if (!playing) return;
  shown.t = Math.min(night.end, shown.t + (now - before) / 1000 * TICKS_S * Number(pace.value));
  before = now;
  drawAll();
  if (shown.t >= night.end) stop();
  else requestAnimationFrame(tick);
};
const play = () => {
  if (playing) { stop(); return; }
  if (shown.t >= night.end) shown.t = 0;
  playing = true;
  before = performance.now();
  playButton.textContent = "Pause";
  requestAnimationFrame(tick);
};

const setTheme = name => {
  root.dataset.theme = name;
  themeButton.textContent = name === "dark" ? "Light" : "Dark";
  readPaint();
  drawLegend();
  redraw();
};

const readAddress = () => {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (wanted.has("theme")) setTheme(wanted.get("theme") === "light" ? "light" : "dark");
  if (wanted.has("track")) choose(Number(wanted.get("track")));
  if (wanted.has("t")) go(Number(wanted.get("t")) * TICKS_S);
};

const fitWindow = () => {
  const size = sizeOf(mapCanvas);
  view.width = size.width;
  view.height = size.height;
  atFirst();
};

// What to show first: of the tracks that a draft names, else of all, the one measured inside longest.
const firstChoice = () => {
  const named = new Set(night.drafts.flatMap(d => d.tracks).filter(id => trackById.has(id)));
  const inside = tracks.filter(t => t.kind !== "with" && crossed(t))
    .sort((a, b) => named.has(b.id) - named.has(a.id) || insideFor(b) - insideFor(a))[0];
  return inside && (named.has(inside.id) || !named.size) ? inside.id : [...named][0] ?? null;
};

const start = () => {
  slider.max = String(night.end);
  slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
  playButton.addEventListener("click", play);
  themeButton.addEventListener("click", () => setTheme(root.dataset.theme === "dark" ? "light" : "dark"));
  document.addEventListener("keydown", event => {
    if (event.key !== " " || event.target.closest("button, select, input, summary, a")) return;
    event.preventDefault();
    play();
  });
  document.addEventListener("click", event => {
    const link = event.target.closest("[data-track]");
    if (!link) return;
    choose(Number(link.dataset.track));
    if (link.dataset.atNs) go((Number(link.dataset.atNs) / 1e6 - night.t0_ms) / 1000 * TICKS_S);
    document.getElementById("picture").scrollIntoView();
  });
  listenToMap(redraw, (x, y) => { const track = trackNear(x, y); choose(track ? track.id : null); });
  listenToTimeline(t => { stop(); go(t); }, choose);
  // Drawn at once: a canvas that is resized is empty until it is.
  new ResizeObserver(() => { if (!view.moved) fitWindow(); drawAll(); }).observe(mapCanvas.parentElement);
  let themeBefore = "dark";
  window.addEventListener("beforeprint", () => { themeBefore = root.dataset.theme; setTheme("light"); drawAll(); });
  window.addEventListener("afterprint", () => setTheme(themeBefore));
  window.addEventListener("hashchange", readAddress);
  fitWindow();
  document.getElementById("key").open = view.height > 640 && view.width > 900;
  drawLegend();
  choose(firstChoice());
  readAddress();
  drawAll();
  root.dataset.ready = "true";
};
start();
