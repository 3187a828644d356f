// Where the map looks: centre in metres of the site's Mercator, scale in CSS pixels per metre.
const mapCanvas = document.getElementById("map");
const view = { east: 0, north: 0, scale: 0.01, width: 1, height: 1, moved: false };

const toX = east => view.width / 2 + (east - view.east) * view.scale;
const toY = north => view.height / 2 - (north - view.north) * view.scale;

const sizeOf = (canvas, height) => {
  const width = canvas.clientWidth || canvas.parentElement.clientWidth;
  const tall = height || canvas.clientHeight;
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const w = Math.max(1, Math.round(width * ratio)), h = Math.max(1, Math.round(tall * ratio));
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height: tall, ratio };
};

const SCALE_MIN = 2e-5, SCALE_MAX = 0.6;
const zoomAt = (x, y, factor) => {
  view.moved = true;
  const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, view.scale * factor));
  view.east += (x - view.width / 2) * (1 / view.scale - 1 / scale);
  view.north -= (y - view.height / 2) * (1 / view.scale - 1 / scale);
  view.scale = scale;
};
const moveBy = (dx, dy) => {
  view.moved = true;
  view.east -= dx / view.scale;
  view.north += dy / view.scale;
};

// The window that holds some tracks, and the zones with a draft; sensors where there is nothing else.
const fit = wanted => {
  const box = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
  const take = (e, n) => {
    box.west = Math.min(box.west, e); box.east = Math.max(box.east, e);
    box.south = Math.min(box.south, n); box.north = Math.max(box.north, n);
  };
  for (const track of wanted)
    for (let i = 0; i < track.east.length; i++) if (track.pen[i] < 2) take(track.east[i], track.north[i]);
  for (const zone of zones) for (const ring of zone.rings.map(readLine))
    for (let i = 0; i < ring.length; i += 2) take(ring[i], ring[i + 1]);
  if (box.west > box.east) for (const s of sensors) take(s.east, s.north);
  if (box.west > box.east) take(0, 0);
  const width = Math.max(4000, box.east - box.west), height = Math.max(4000, box.north - box.south);
  view.east = (box.west + box.east) / 2;
  view.north = (box.south + box.north) / 2;
  const scale = Math.min((view.width - 90) / width, (view.height - 90) / height);
  view.scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, scale));
};
const everything = () => { view.moved = true; fit(tracks); };
// What a warning is about comes first; without any, all that flew.
const atFirst = () => {
  const without = tracks.filter(t => t.kind !== "with");
  fit(night.drafts.length && without.length ? without : tracks);
};

const listenToMap = (redraw, pick) => {
  const fingers = new Map();
  let moved = 0;
  const place = event => {
    const box = mapCanvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  mapCanvas.addEventListener("pointerdown", event => {
    mapCanvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    if (fingers.size === 1) moved = 0;
    mapCanvas.classList.add("moving");
  });
  mapCanvas.addEventListener("pointermove", event => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    if (others.length) {
      const other = others[0];
      const from = Math.hypot(before.x - other.x, before.y - other.y);
      const to = Math.hypot(now.x - other.x, now.y - other.y);
      if (from > 10) zoomAt((now.x + other.x) / 2, (now.y + other.y) / 2, to / from);
      moveBy((now.x - before.x) / 2, (now.y - before.y) / 2);
    } else {
      moveBy(now.x - before.x, now.y - before.y);
    }
    moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    fingers.set(event.pointerId, now);
    redraw();
  });
  const lift = event => {
    const at = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (!fingers.size) mapCanvas.classList.remove("moving");
    if (at && event.type === "pointerup" && moved < 5 && !fingers.size) pick(at.x, at.y);
  };
  mapCanvas.addEventListener("pointerup", lift);
  mapCanvas.addEventListener("pointercancel", lift);
  mapCanvas.addEventListener("wheel", event => {
    event.preventDefault();
    const at = place(event);
    zoomAt(at.x, at.y, Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)));
    redraw();
  }, { passive: false });
  const centreZoom = factor => { zoomAt(view.width / 2, view.height / 2, factor); redraw(); };
  const keys = {
    ArrowLeft: () => moveBy(60, 0), ArrowRight: () => moveBy(-60, 0),
    ArrowUp: () => moveBy(0, 60), ArrowDown: () => moveBy(0, -60),
    "+": () => centreZoom(1.4), "=": () => centreZoom(1.4), "-": () => centreZoom(1 / 1.4), 0: everything,
  };
  mapCanvas.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
    redraw();
  });
  document.getElementById("nearer").addEventListener("click", () => centreZoom(1.6));
  document.getElementById("farther").addEventListener("click", () => centreZoom(1 / 1.6));
  document.getElementById("whole").addEventListener("click", () => { everything(); redraw(); });
};
