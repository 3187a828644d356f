// The timeline: drafts, silent sensors and the lives of tracks over one axis with the slider.
const lineCanvas = document.getElementById("timeline");
const GUTTER = 152, RIGHT = 14, AXIS = 24, LANE = 13, SENSOR = 17;
// Came inside in the record, and was measured there.
const crossings = track => track.stays.filter(s => s[1] !== null && s[4]);
const crossed = track => crossings(track).length > 0;
const insideFor = track => crossings(track).reduce((sum, s) => sum + Math.min(s[3], track.seen) - s[2], 0);
const LEVELS = ["LAST_CALL", "WARN", "PREPARE"];
const CALLS = night.lives ? LANE : 0;
const DRAFTS = night.drafts.length ? LEVELS.length * LANE + CALLS + 8 : 24;
const ordered = [...tracks].sort((a, b) => {
  const weight = t => (t.kind === "with" ? 2 : 0) - (crossed(t) ? 1 : 0);
  return weight(a) - weight(b) || a.first - b.first || a.id - b.id;
});
const rowHeight = () => ordered.length > 120 ? 4 : ordered.length > 40 ? 6 : ordered.length > 14 ? 10 : 14;
const tall = () => AXIS + DRAFTS + sensors.length * SENSOR + 8 + ordered.length * rowHeight() + 8;

const span = () => Math.max(1, night.end);
const xOf = (t, width) => GUTTER + 8 + (width - GUTTER - RIGHT - 16) * t / span();
const tOf = (x, width) => (x - GUTTER - 8) / (width - GUTTER - RIGHT - 16) * span();

const STEPS_S = [5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const drawAxis = (c, width, height) => {
  const room = (width - GUTTER) / 86;
  const step = STEPS_S.find(s => span() / TICKS_S / s < room) || 28800;
  const begin = Math.ceil(night.t0_ms / 1000 / step) * step;
  c.font = "12px system-ui, sans-serif";
  for (let s = begin; ; s += step) {
    const t = (s * 1000 - night.t0_ms) / 1000 * TICKS_S;
    if (t > night.end) break;
    const x = xOf(t, width), text = utcOf(t).slice(0, step < 60 ? 8 : 5);
    c.strokeStyle = paint.line;
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(x, AXIS - 4); c.lineTo(x, height);
    c.stroke();
    c.fillStyle = paint.soft;
    c.textAlign = "center";
    c.fillText(text, x, 15);
    c.textAlign = "left";
  }
  c.fillStyle = paint.soft;
  c.fillText("UTC", 12, 15);
};

const gutter = (c, text, y, colour) => {
  c.font = "12px system-ui, sans-serif";
  c.fillStyle = colour || paint.soft;
  let told = text;
  while (told.length > 3 && c.measureText(told).width > GUTTER - 20) told = `${told.slice(0, -2)}…`;
  c.fillText(told, 12, y);
};

const drawDrafts = (c, width) => {
  if (!night.drafts.length) { gutter(c, "No drafts", AXIS + 16); return; }
  LEVELS.forEach((level, i) => {
    const y = AXIS + LANE * (i + 0.5) + 2;
    gutter(c, level.replace("_", " ").toLowerCase(), y + 4);
    const here = night.drafts.filter(draft => draft.level === level && !draft.over);
    for (const draft of here) drawForce(c, draft, y, width);
    for (const draft of here) levelMark(c, xOf(draft.t, width), y, level, 4.5);
    for (const draft of here) drawEnd(c, draft, y, width);
  });
  if (CALLS) drawCalls(c, AXIS + LANE * (LEVELS.length + 0.5) + 2, width);
};
// A bar while an alert was in force; its end is a check where people cleared it, a ring where it lapsed.
const drawForce = (c, draft, y, width) => {
  if (draft.sent === null) return;
  const x = xOf(draft.sent, width), end = draft.ended === null ? night.end : draft.ended;
  c.globalAlpha = 0.75;
  c.fillStyle = paint[LEVEL_PAINT[draft.level]];
  c.fillRect(x, y - 2, Math.max(2, xOf(end, width) - x), 4);
  c.globalAlpha = 1;
};
const drawEnd = (c, draft, y, width) => {
  if (draft.sent === null || draft.ended === null || draft.how === "updated") return;
  const x = xOf(draft.ended, width);
  c.strokeStyle = paint.ink;
  c.lineWidth = 1.8;
  c.setLineDash([]);
  c.beginPath();
  if (draft.how === "cleared") { c.moveTo(x - 4, y); c.lineTo(x - 1, y + 4); c.lineTo(x + 5, y - 5); }
  else c.arc(x, y, 4, 0, 2 * Math.PI);
  c.stroke();
  if (draft.how !== "lapsed") return;
  c.font = "11px system-ui, sans-serif";
  const w = c.measureText("lapsed").width;
  haloText(c, "lapsed", x + 8 + w < width - 4 ? x + 8 : x - 8 - w, y + 4, paint.ink);
};
const drawCalls = (c, y, width) => {
  gutter(c, "calls to the officer", y + 4);
  for (const [t, level] of night.calls) {
    const x = xOf(t, width);
    c.strokeStyle = paint[LEVEL_PAINT[level]];
    c.lineWidth = 2;
    c.setLineDash([]);
    c.beginPath();
    c.moveTo(x, y - 5); c.lineTo(x, y + 5); c.moveTo(x - 3, y + 2); c.lineTo(x, y + 5); c.lineTo(x + 3, y + 2);
    c.stroke();
  }
};

const drawSensorRows = (c, width) => {
  const top = AXIS + DRAFTS, pattern = hatch(c, paint.alarm, 5);
  sensors.forEach((sensor, i) => {
    const y = top + i * SENSOR + SENSOR / 2;
    gutter(c, sensor.id, y + 4);
    c.fillStyle = paint.reach;
    c.fillRect(xOf(0, width), y - 2, xOf(night.end, width) - xOf(0, width), 4);
    for (const [a, b] of sensor.silent) {
      const x = xOf(a, width), w = Math.max(2, xOf(b, width) - x);
      c.fillStyle = paint.panel;
      c.fillRect(x, y - 6, w, 12);
      c.fillStyle = pattern;
      c.fillRect(x, y - 6, w, 12);
      c.strokeStyle = paint.alarm;
      c.lineWidth = 1;
      c.strokeRect(x + 0.5, y - 5.5, Math.max(1, w - 1), 11);
      if (w > 44) haloText(c, "silent", x + 5, y + 4, paint.ink);
    }
    if (!sensor.heard && !sensor.silent.length) haloText(c, "nothing heard", xOf(0, width) + 5, y + 4, paint.ink);
  });
};

const tracksTop = () => AXIS + DRAFTS + sensors.length * SENSOR + 8;
const drawTrackRows = (c, width) => {
  const h = rowHeight(), top = tracksTop();
  ordered.forEach((track, i) => {
    const y = top + i * h + h / 2, chosen = track.id === shown.chosen;
    if (chosen) {
      c.fillStyle = paint.raised;
      c.fillRect(0, top + i * h, width, h);
    }
    if (h > 9) gutter(c, `Track ${track.id}${track.name ? ` ${track.name}` : ""}`, y + 4, chosen ? paint.ink : paint.soft);
    else if (chosen) gutter(c, `Track ${track.id}`, Math.min(y + 4, top + ordered.length * h), paint.ink);
    drawLife(c, track, y, Math.max(2, Math.min(6, h - 3)), width);
  });
  if (h < 10 && shown.chosen === null) gutter(c, `${ordered.length} tracks`, top + 12);
};
const drawLife = (c, track, y, thick, width) => {
  c.strokeStyle = paint[track.kind];
  c.lineCap = "butt";
  c.lineWidth = track.kind === "with" ? Math.max(1.5, thick / 3) : thick;
  c.globalAlpha = 0.95;
  c.setLineDash(track.kind === "mixed" ? [3, 2] : []);
  let from = track.first;
  c.beginPath();
  for (const [a, b] of [...track.gaps, [track.seen, null]]) {
    c.moveTo(xOf(from, width), y);
    c.lineTo(Math.max(xOf(a, width), xOf(from, width) + 2), y);
    from = b;
  }
  c.stroke();
  c.setLineDash([]);
  c.globalAlpha = 1;
  for (const [, , begin, end] of track.kind === "with" ? [] : crossings(track)) {
    const x = xOf(begin, width);
    c.strokeStyle = paint.ink;
    c.lineWidth = 1.5;
    c.strokeRect(x, y - thick / 2 - 1, Math.max(2, xOf(end, width) - x), thick + 2);
    if (thick > 4) {
      c.font = "11px system-ui, sans-serif";
      const w = c.measureText("inside").width, right = xOf(end, width) + 6;
      const at = right + w < width ? right : x - w - 6;
      haloText(c, "inside", at, y + 4, paint.ink);
    }
  }
};

const drawTimeline = () => {
  const { context: c, width, height } = sizeOf(lineCanvas, tall());
  c.clearRect(0, 0, width, height);
  drawAxis(c, width, height);
  drawDrafts(c, width);
  drawSensorRows(c, width);
  drawTrackRows(c, width);
  const x = xOf(shown.t, width);
  c.strokeStyle = paint.ink;
  c.lineWidth = 1.5;
  c.beginPath();
  c.moveTo(x, AXIS - 6); c.lineTo(x, height);
  c.stroke();
};

const listenToTimeline = (go, choose) => {
  let held = false;
  const at = event => {
    const box = lineCanvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top, width: box.width };
  };
  const move = ({ x, width }) => go(Math.min(night.end, Math.max(0, tOf(x, width))));
  lineCanvas.addEventListener("pointerdown", event => {
    const spot = at(event);
    if (spot.x > GUTTER) {
      held = true;
      lineCanvas.setPointerCapture(event.pointerId);
      move(spot);
    }
    const i = Math.floor((spot.y - tracksTop()) / rowHeight());
    if (i >= 0 && i < ordered.length) choose(ordered[i].id);
  });
  lineCanvas.addEventListener("pointermove", event => { if (held) move(at(event)); });
  lineCanvas.addEventListener("pointerup", () => { held = false; });
  lineCanvas.addEventListener("pointercancel", () => { held = false; });
};
