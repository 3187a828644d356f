// The map at one time: only what the picture held then.
const patience = 10 * Math.max(night.gap_s, 2 * night.step_s);
const taken = [], symbols = [];
const meets = (boxes, x, y, w, h) => boxes.some(b => x < b[0] + b[2] && x + w > b[0] && y < b[1] + b[3] && y + h > b[1]);
const free = (x, y, w, h) => !meets(taken, x, y, w, h) && !meets(symbols, x, y, w, h);
const take = (x, y, w, h) => { taken.push([x, y, w, h]); };

const SIDES = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [-1, -1], [1, 1], [-1, 1]];
const OVER = [[0, -1], [0, 1], [1, -1], [-1, -1], [1, 1], [-1, 1], [1, 0], [-1, 0]];
const labelAt = (c, text, x, y, off, size, sides = SIDES, over = false) => {
  const w = c.measureText(text).width, h = size * 1.15;
  for (const [sx, sy] of sides) {
    const left = sx > 0 ? x + off : sx < 0 ? x - off - w : x - w / 2;
    const top = y - h / 2 + sy * (off + h * 0.35);
    if (left < 2 || top < 2 || left + w > view.width - 2 || top + h > view.height - 2) continue;
    if (over ? meets(taken, left - 2, top, w + 4, h) : !free(left - 2, top, w + 4, h)) continue;
    take(left - 2, top, w + 4, h);
    return [left, top + h * 0.78];
  }
  return null;
};

const underWorld = (c, ratio, draw) => {
  c.save();
  c.setTransform(ratio * view.scale, 0, 0, ratio * view.scale,
    ratio * toX(0), ratio * toY(0));
  draw(1 / view.scale);
  c.restore();
};

const drawGround = (c, ratio) => {
  c.fillStyle = paint.sea;
  c.fillRect(0, 0, view.width, view.height);
  const tones = [paint["land-a"], paint["land-b"], paint["land-c"]];
  underWorld(c, ratio, px => {
    countries.forEach((country, i) => {
      c.fillStyle = tones[i % 3];
      c.fill(country.path, "evenodd");
      c.strokeStyle = paint.shore;
      c.lineWidth = 0.8 * px;
      c.stroke(country.path);
    });
  });
};

// The name stands where a sample of the country inside the window is most central.
const drawCountryNames = (c) => {
  c.save();
  c.font = "600 13px system-ui, sans-serif";
  c.letterSpacing = "3px";
  for (const country of countries) {
    const inside = [];
    for (let i = 1; i < 16; i++) for (let j = 1; j < 10; j++) {
      const x = view.width * i / 16, y = view.height * j / 10;
      const east = view.east + (x - view.width / 2) / view.scale;
      const north = view.north - (y - view.height / 2) / view.scale;
      if (pointIn(country.path, east, -north)) inside.push([x, y]);
    }
    if (inside.length < 4) continue;
    const mx = inside.reduce((s, p) => s + p[0], 0) / inside.length;
    const my = inside.reduce((s, p) => s + p[1], 0) / inside.length;
    const far = p => (p[0] - mx) ** 2 + (p[1] - my) ** 2;
    inside.sort((a, b) => far(a) - far(b));
    const w = c.measureText(country.name).width;
    const spot = inside.find(([x, y]) => x > w / 2 + 6 && x < view.width - w / 2 - 6 && free(x - w / 2, y - 10, w, 20));
    if (!spot) continue;
    take(spot[0] - w / 2, spot[1] - 10, w, 20);
    c.globalAlpha = 0.7;
    c.fillStyle = paint.soft;
    c.fillText(country.name, spot[0] - w / 2, spot[1] + 4);
    c.globalAlpha = 1;
  }
  c.restore();
};
const probe = document.createElement("canvas").getContext("2d");
const pointIn = (path, x, y) => probe.isPointInPath(path, x, y, "evenodd");

const drawBorders = (c, ratio) => underWorld(c, ratio, px => {
  c.strokeStyle = paint.border;
  c.lineJoin = "round";
  for (const border of borders) {
    c.globalAlpha = 0.18;
    c.setLineDash([]);
    c.lineWidth = Math.max(2 * border.sigma_m, 4 * px);
    c.stroke(border.path);
    c.globalAlpha = 0.85;
    c.lineWidth = 1.6 * px;
    c.stroke(border.path);
  }
  c.globalAlpha = 1;
});

const LEVEL_PAINT = { PREPARE: "accent", WARN: "warn", LAST_CALL: "alarm" };
const ZONE_DASH = { sent: [], draft: [7, 4], lapsed: [2, 5] };
const drawZones = (c, ratio) => {
  for (const zone of zones) {
    const stands = standsFor(zone.id, shown.t);
    if (!stands) continue;
    const { draft, state } = stands;
    const colour = state === "lapsed" ? paint.soft : paint[LEVEL_PAINT[draft.level]];
    const pattern = hatch(c, colour, draft.level === "LAST_CALL" ? 6 : 10);
    pattern.setTransform(new DOMMatrix().scale(1 / view.scale));
    underWorld(c, ratio, px => {
      c.globalAlpha = state === "sent" || !night.lives ? 0.4 : 0;
      c.fillStyle = pattern;
      c.fill(zone.path, "evenodd");
      c.globalAlpha = 1;
      c.strokeStyle = colour;
      c.lineWidth = (state === "sent" ? 2.2 : 1.6) * px;
      c.setLineDash(night.lives ? ZONE_DASH[state].map(n => n * px) : []);
      c.stroke(zone.path);
      c.setLineDash([]);
    });
  }
};
const ZONE_TOLD = { sent: "sent", draft: "draft", lapsed: "lapsed, no all-clear" };
const drawZoneLabels = c => {
  if (!night.lives) return;
  c.font = "600 11px system-ui, sans-serif";
  for (const zone of zones) {
    const stands = standsFor(zone.id, shown.t);
    if (!stands) continue;
    const level = stands.draft.level.replace("_", " ");
    const text = stands.state === "lapsed" ? `${level} ${ZONE_TOLD.lapsed}` : `${level} ${ZONE_TOLD[stands.state]}`;
    const x = toX(zone.middle[0]), y = toY(zone.top) - 10;
    const spot = labelAt(c, text, x, y, 0, 11, [[0, 0], [0, -1]])
      || labelAt(c, text, x, toY(zone.middle[1]), 0, 11, [[0, 0], [0, -1], [0, 1], [0, -3], [0, 3]]);
    if (spot) haloText(c, text, spot[0], spot[1], stands.state === "lapsed" ? paint.soft : paint[LEVEL_PAINT[stands.draft.level]]);
  }
};

// Where tracks that are not seen may be: an area to worry about, not a place where they are.
const FEW_REGIONS = 3;
const regionsNow = () => tracks.map(track => [track, regionAt(track, shown.t)]).filter(([, region]) => region);
const circleOf = region => {
  const path = new Path2D();
  path.arc(toX(region.east), toY(region.north), region.radius * view.scale, 0, 2 * Math.PI);
  return path;
};
const drawRegions = (c, ratio) => {
  const found = regionsNow(), few = found.length <= FEW_REGIONS;
  // One path and one fill: where many overlap it is no more likely that something is there.
  const all = new Path2D();
  for (const [, region] of found) all.addPath(circleOf(region));
  c.globalAlpha = 0.06;
  c.fillStyle = paint.without;
  c.fill(all);
  if (!few) drawEdge(c, ratio, all);
  for (const [track, region] of found) {
    const chosen = shown.chosen === track.id;
    if (!few && !chosen) continue;
    c.strokeStyle = paint[track.kind];
    c.globalAlpha = chosen ? 1 : 0.7;
    c.lineWidth = chosen ? 2 : 1.2;
    c.setLineDash([9, 3, 2, 3]);
    c.stroke(circleOf(region));
  }
  c.setLineDash([]);
  c.globalAlpha = 1;
};
// The outer edge of many regions as one: what of their outlines lies inside any is rubbed out.
const drawEdge = (c, ratio, all) => {
  const layer = document.createElement("canvas");
  layer.width = mapCanvas.width;
  layer.height = mapCanvas.height;
  const edge = layer.getContext("2d");
  edge.setTransform(ratio, 0, 0, ratio, 0, 0);
  edge.strokeStyle = paint.without;
  edge.lineWidth = 2.4;
  edge.stroke(all);
  edge.globalCompositeOperation = "destination-out";
  edge.fill(all);
  c.globalAlpha = 0.6;
  c.drawImage(layer, 0, 0, view.width, view.height);
};
const drawRegionLabels = c => {
  const found = regionsNow();
  c.font = "600 12px system-ui, sans-serif";
  for (const [track, region] of found) {
    if (found.length > FEW_REGIONS && shown.chosen !== track.id) continue;
    const text = `${track.id} may be in here, unseen ${lengthOf(region.unseen)}, ${told(region.people)} people`;
    const y = toY(region.north) - region.radius * view.scale;
    const spot = labelAt(c, text, toX(region.east), y, 5, 12, OVER)
      || labelAt(c, text, toX(region.east), toY(region.north) + region.radius * view.scale, 5, 12, OVER)
      || labelAt(c, text, toX(region.east), toY(region.north), 12, 12, OVER)
      || labelAt(c, text, view.width / 2, view.height - 60, 0, 12, [[0, 0], [0, -1], [0, -2]], true);
    if (spot) haloText(c, text, spot[0], spot[1], paint[track.kind]);
  }
};

const isSilent = sensor => !sensor.heard || sensor.silent.some(([a, b]) => a <= shown.t && shown.t < b);
const drawReaches = c => {
  for (const sensor of sensors) {
    c.beginPath();
    c.arc(toX(sensor.east), toY(sensor.north), sensor.reach * view.scale, 0, 2 * Math.PI);
    c.strokeStyle = paint.reach;
    c.lineWidth = 1.1;
    c.globalAlpha = 0.75;
    c.setLineDash(isSilent(sensor) ? [3, 6] : []);
    c.stroke();
  }
  c.globalAlpha = 1;
  c.setLineDash([]);
};
const drawSensors = c => {
  c.font = "12px system-ui, sans-serif";
  for (const sensor of sensors) {
    const x = toX(sensor.east), y = toY(sensor.north);
    if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
    sensorMark(c, x, y, !isSilent(sensor));
    const text = isSilent(sensor) ? `${sensor.id} (silent)` : sensor.id;
    const at = labelAt(c, text, x, y, 8, 12);
    if (at) haloText(c, text, at[0], at[1], paint.soft);
  }
};

const BIG = 50000;
const drawPlaces = (c, wanted) => {
  const room = view.width * view.height / 16000;
  let drawn = 0;
  for (const place of wanted) {
    if (place === threatened) continue;
    const x = toX(place.east), y = toY(place.north);
    if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
    if (drawn > room) break;
    const big = place.people > BIG, size = big ? 14 : place.people > 10000 ? 13 : 12;
    c.font = `${big ? "600 " : ""}${size}px system-ui, sans-serif`;
    const r = big ? 3.2 : place.people > 10000 ? 2.4 : 1.7;
    // A town is named even among marks; a village only where there is room.
    const at = labelAt(c, place.name, x, y, r + 4, size)
      || (big && drawn < 3 && labelAt(c, place.name, x, y, r + 4, size, SIDES, true));
    if (!at && !big) continue;
    c.beginPath();
    c.arc(x, y, r, 0, 2 * Math.PI);
    c.fillStyle = paint.place;
    c.fill();
    if (at) haloText(c, place.name, at[0], at[1], big ? paint.ink : paint.place);
    drawn++;
  }
};

// History: a pen that is lifted where nothing was seen, with a short stroke at each end of a gap.
const drawHistory = (c, track, last) => {
  const chosen = shown.chosen === track.id;
  c.strokeStyle = paint[track.kind];
  c.lineWidth = chosen ? 3 : track.kind === "with" ? 1.2 : 1.9;
  c.globalAlpha = shown.chosen === null || chosen ? 0.95 : 0.6;
  c.setLineDash(DASH[track.kind]);
  c.lineJoin = "round";
  c.beginPath();
  for (let i = 0; i <= last; i++) {
    const pen = track.pen[i];
    if (pen === 2) continue;
    const x = toX(track.east[i]), y = toY(track.north[i]);
    if (pen === 1) c.moveTo(x, y);
    else c.lineTo(x, y);
  }
  c.stroke();
  c.setLineDash([]);
  drawGapEnds(c, track, last);
  c.globalAlpha = 1;
};
const drawGapEnds = (c, track, last) => {
  let before = -1;
  c.lineWidth = 1.4;
  for (let i = 0; i <= last; i++) {
    if (track.pen[i] === 2) continue;
    if (track.pen[i] === 1 && before >= 0) {
      gapEnd(c, track, before);
      gapEnd(c, track, i);
    }
    before = i;
  }
  if (tracks.length > 60 && shown.chosen !== track.id) return;
  c.beginPath();
  c.arc(toX(track.east[0]), toY(track.north[0]), 3, 0, 2 * Math.PI);
  c.fillStyle = paint.halo;
  c.fill();
  c.stroke();
};
const gapEnd = (c, track, i) => {
  const a = track.course[i] * Math.PI / 180, x = toX(track.east[i]), y = toY(track.north[i]);
  c.beginPath();
  c.moveTo(x - 5 * Math.cos(a), y - 5 * Math.sin(a));
  c.lineTo(x + 5 * Math.cos(a), y + 5 * Math.sin(a));
  c.stroke();
};

// Where it is held to be: carried on at its last speed and course for as long as a row stands for.
const stateAt = (track, t) => {
  const i = rowAt(track.t, t);
  if (i < 0) return null;
  const ended = i === track.t.length - 1 && t - track.t[i] > patience;
  const ahead = ended ? 0 : Math.min((t - track.t[i]) / TICKS_S, night.step_s + 4);
  const k = stretch(track.latDeg[i]), a = track.course[i] * Math.PI / 180;
  const status = night.statuses[track.status[i]];
  return {
    i, ended, status,
    // After its last measurement it counts from there, in the picture or out of it.
    age: t >= track.seen ? (t - track.seen) / TICKS_S : track.age[i] + ahead,
    east: track.east[i] + k * ahead * track.speed[i] * Math.sin(a),
    north: track.north[i] + k * ahead * track.speed[i] * Math.cos(a),
    lost: ended ? status !== "confirmed" : status === "lost",
    hollow: status === "coasting" || (ended && status === "confirmed"),
  };
};

const LEADER_S = [60, 180, 300];
const drawLeader = (c, track, at) => {
  const a = track.course[at.i] * Math.PI / 180, v = track.speed[at.i] * stretch(track.latDeg[at.i]) * view.scale;
  const x = toX(at.east), y = toY(at.north), dx = Math.sin(a), dy = -Math.cos(a);
  c.strokeStyle = paint[track.kind];
  c.lineWidth = 1;
  c.globalAlpha = 0.8;
  c.beginPath();
  c.moveTo(x, y);
  c.lineTo(x + dx * v * 300, y + dy * v * 300);
  for (const s of LEADER_S) {
    c.moveTo(x + dx * v * s - dy * 4, y + dy * v * s + dx * 4);
    c.lineTo(x + dx * v * s + dy * 4, y + dy * v * s - dx * 4);
  }
  c.stroke();
  c.globalAlpha = 1;
};

let threatened = null;
const drawThreat = (c, track, at) => {
  const held = heldAt(track, shown.t);
  const place = held && held.placeProb >= 0.05 && placeById.get(held.place);
  if (!place || at.ended) return;
  const x = toX(place.east), y = toY(place.north);
  c.strokeStyle = paint.alarm;
  c.lineWidth = 1.2;
  c.setLineDash([1, 4]);
  c.beginPath();
  c.moveTo(toX(at.east), toY(at.north));
  c.lineTo(x, y);
  c.stroke();
  c.setLineDash([]);
  c.beginPath();
  c.arc(x, y, 9, 0, 2 * Math.PI);
  c.stroke();
  c.font = "600 13px system-ui, sans-serif";
  const text = `${place.name} ${share(held.placeProb)}`;
  const spot = labelAt(c, text, x, y, 13, 13);
  if (spot) haloText(c, text, spot[0], spot[1], paint.alarm);
  threatened = place;
};

const drawNow = (c, track, at, many) => {
  const chosen = shown.chosen === track.id, x = toX(at.east), y = toY(at.north);
  if (x < -400 || y < -400 || x > view.width + 400 || y > view.height + 400) return;
  const k = stretch(track.latDeg[at.i]) * view.scale;
  const major = track.major[at.i] * k, minor = track.minor[at.i] * k;
  if (!at.ended && major > 3 && (chosen || !many || at.hollow || at.lost)) ellipse(c, x, y, major, minor, track.axis[at.i], track.kind);
  if (!at.ended && !at.lost && (chosen || (track.kind !== "with" && !many))) drawLeader(c, track, at);
  if (chosen) {
    c.beginPath();
    c.arc(x, y, 12, 0, 2 * Math.PI);
    c.strokeStyle = paint.ink;
    c.lineWidth = 1.8;
    c.stroke();
  }
  c.globalAlpha = at.ended && !chosen ? 0.7 : 1;
  symbol(c, x, y, track.kind, {
    hollow: at.hollow, lost: at.lost, course: track.course[at.i],
    size: (at.ended ? 3.5 : many ? 4 : 5) + (chosen ? 1 : 0),
  });
  c.globalAlpha = 1;
};

const labelOf = (track, at) => {
  const name = track.name ? `${track.id} ${track.name}` : String(track.id);
  if (at.ended || shown.chosen !== track.id) return at.status === "coasting" ? `${name}, unseen ${lengthOf(at.age)}` : name;
  const height = track.alt && track.alt[at.i] !== null ? `${track.alt[at.i]} m` : "height ?";
  return `${name}  ${track.speed[at.i]} m/s  ${height}`;
};
const drawTrackLabels = (c, now, many) => {
  const order = [...now].sort((a, b) => rank(a) - rank(b));
  c.font = "600 12px system-ui, sans-serif";
  for (const [track, at] of order) {
    if (many && shown.chosen !== track.id && (at.ended || track.kind === "with")) continue;
    if (at.ended && shown.chosen !== track.id && track.kind === "with") continue;
    const x = toX(at.east), y = toY(at.north);
    if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
    const text = labelOf(track, at);
    // Beside its own line, not on it.
    const sides = Math.abs(Math.sin(track.course[at.i] * Math.PI / 180)) > 0.7 ? OVER : SIDES;
    const spot = labelAt(c, text, x, y, shown.chosen === track.id ? 13 : 8, 12, sides)
      || (shown.chosen === track.id && labelAt(c, text, x, y, 13, 12, sides, true));
    if (spot) haloText(c, text, spot[0], spot[1], paint[track.kind]);
  }
};
const rank = ([track, at]) => (shown.chosen === track.id ? -9 : 0) + (track.kind === "with" ? 2 : 0) + (at.ended ? 1 : 0);

const drawScale = c => {
  const steps = [100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000];
  const length = steps.filter(s => s * view.scale < 150).pop() || 100;
  const w = length * view.scale, x = 14, y = view.height - (view.width < 900 ? 48 : 16);
  c.strokeStyle = paint.soft;
  c.lineWidth = 1.4;
  c.setLineDash([]);
  c.beginPath();
  c.moveTo(x, y - 5); c.lineTo(x, y); c.lineTo(x + w, y); c.lineTo(x + w, y - 5);
  c.stroke();
  c.font = "12px system-ui, sans-serif";
  haloText(c, metres(length).replace(".0", ""), x + 4, y - 5, paint.soft);
};

const drawMap = () => {
  const { context: c, width, height, ratio } = sizeOf(mapCanvas);
  view.width = width;
  view.height = height;
  taken.length = symbols.length = 0;
  take(0, 0, clock.offsetWidth + 18, clock.offsetHeight + 16);
  take(0, height - 40, 170, 40);
  drawGround(c, ratio);
  drawZones(c, ratio);
  drawReaches(c);
  drawBorders(c, ratio);
  drawRegions(c, ratio);
  const now = [];
  for (const track of tracks) {
    const at = stateAt(track, shown.t);
    if (!at) continue;
    now.push([track, at]);
    symbols.push([toX(at.east) - 6, toY(at.north) - 6, 12, 12]);
  }
  const inWindow = ([, at]) => !at.ended && Math.abs(toX(at.east) - width / 2) < width / 2
    && Math.abs(toY(at.north) - height / 2) < height / 2;
  const many = now.filter(inWindow).length > 40;
  drawTrackLabelsFirst(c, now, many);
  drawScale(c);
  return now;
};

// Labels of tracks take their room first; the rest is drawn under them in the room that is left.
const drawTrackLabelsFirst = (c, now, many) => {
  const chosen = now.find(([track]) => track.id === shown.chosen);
  const layer = document.createElement("canvas");
  layer.width = mapCanvas.width;
  layer.height = mapCanvas.height;
  const top = layer.getContext("2d");
  top.setTransform(c.getTransform());
  threatened = null;
  if (chosen) drawThreat(top, ...chosen);
  drawTrackLabels(top, now, many);
  drawPlaces(c, places.filter(p => p.people > BIG));
  drawRegionLabels(top);
  drawZoneLabels(top);
  drawSensors(c);
  drawPlaces(c, places.filter(p => p.people <= BIG));
  drawCountryNames(c);
  for (const [track, at] of now) if (track !== chosen?.[0]) drawHistory(c, track, at.i);
  if (chosen) drawHistory(c, chosen[0], chosen[1].i);
  for (const [track, at] of now) drawNow(c, track, at, many);
  c.save();
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.drawImage(layer, 0, 0);
  c.restore();
};

const trackNear = (x, y) => {
  let best = null, near = 14;
  for (const track of tracks) {
    const at = stateAt(track, shown.t);
    if (!at) continue;
    const to = (e, n) => Math.hypot(toX(e) - x, toY(n) - y);
    const d = Math.min(to(at.east, at.north) - 4, nearestOfLine(track, at.i, to) + 4);
    if (d < near) { near = d; best = track; }
  }
  return best;
};
const nearestOfLine = (track, last, to) => {
  let near = Infinity;
  for (let i = 0; i <= last; i++) if (track.pen[i] < 2) near = Math.min(near, to(track.east[i], track.north[i]));
  return near;
};
