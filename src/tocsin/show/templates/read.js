// Reads the one block of data: numbers are steps from the one before, times tenths of a second.
const night = JSON.parse(document.getElementById("night").textContent);
const TICKS_S = 10;
const RADIUS_M = 6371008.8;

const adds = (steps, unit) => {
  const column = new Float64Array(steps.length);
  let sum = 0;
  for (let i = 0; i < steps.length; i++) column[i] = (sum += steps[i]) / unit;
  return column;
};

// Mercator about the site centre, in metres there: conformal, so ellipses and circles keep shape.
const LON0 = night.centre[0];
const LAT0 = night.centre[1];
const SHRINK = Math.cos(LAT0 * Math.PI / 180);
const up = lat => Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360));
const UP0 = up(LAT0);
const eastOf = lon => RADIUS_M * SHRINK * (lon - LON0) * Math.PI / 180;
const northOf = lat => RADIUS_M * SHRINK * (up(lat) - UP0);
const stretch = lat => SHRINK / Math.cos(lat * Math.PI / 180);

const readLine = steps => {
  const points = new Float64Array(steps.length);
  let lon = 0, lat = 0;
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i];
    lat += steps[i + 1];
    points[i] = eastOf(lon / 1e5);
    points[i + 1] = northOf(lat / 1e5);
  }
  return points;
};

const pathOf = (lines, closed) => {
  const path = new Path2D();
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 2) {
      if (i) path.lineTo(line[i], -line[i + 1]);
      else path.moveTo(line[i], -line[i + 1]);
    }
    if (closed) path.closePath();
  }
  return path;
};

const readTrack = one => {
  const lat = adds(one.lat, 1e5), lon = adds(one.lon, 1e5);
  return {
    ...one,
    t: adds(one.t, 1),
    east: lon.map(eastOf),
    north: lat.map(northOf),
    latDeg: lat,
    lonDeg: lon,
    age: adds(one.age, 1),
    speed: adds(one.speed, 1),
    course: adds(one.course, 1),
    major: adds(one.major, 1),
    minor: adds(one.minor, 1),
    axis: adds(one.axis, 1),
    exists: adds(one.exists, 1),
    pen: Uint8Array.from(one.pen, Number),
    status: Uint8Array.from(one.status, Number),
  };
};

const tracks = night.tracks.map(readTrack);
const trackById = new Map(tracks.map(track => [track.id, track]));
const countries = night.countries.map(c => ({ ...c, path: pathOf(c.rings.map(readLine), true) }));
const borders = night.borders.map(b => ({ ...b, points: b.lines.map(readLine) }));
borders.forEach(b => { b.path = pathOf(b.points, false); });
const zones = night.zones.map(z => {
  const rings = z.rings.map(readLine), easts = rings.flatMap(r => [...r].filter((_, i) => i % 2 === 0));
  const norths = rings.flatMap(r => [...r].filter((_, i) => i % 2 === 1));
  const middle = easts.length ? [easts, norths].map(all => (Math.min(...all) + Math.max(...all)) / 2) : [0, 0];
  return { ...z, path: pathOf(rings, true), middle, top: norths.length ? Math.max(...norths) : 0 };
});
const places = night.places.map(p => ({ ...p, east: eastOf(p.lon), north: northOf(p.lat) }));
const placeById = new Map(places.map(p => [p.id, p]));
const sensors = night.sensors.map(s => ({
  ...s, east: eastOf(s.lon), north: northOf(s.lat), reach: s.reach_m * stretch(s.lat),
}));

// Last row at or before a time, or -1: what comes later was not known then.
const rowAt = (times, t) => {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

const heldAt = (track, t) => {
  let found = null;
  for (const point of track.held) {
    if (point[0] > t) break;
    found = point;
  }
  return found && {
    idx: found[1], border: found[2], borderFrom: found[3], borderTo: found[4],
    place: night.words[found[5]], placeProb: found[6], placeFrom: found[7], placeTo: found[8],
    kind: night.words[found[9]], kindProb: found[10], context: night.words[found[11]], noWindow: night.words[found[12]],
  };
};

// Where a track that is not seen may be, or null: seen, explained, or no longer worked out.
const regionAt = (track, t) => {
  let found = null;
  for (const row of track.regions) {
    if (row[0] > t) break;
    found = row;
  }
  return found && found.length > 1 ? {
    east: eastOf(found[1]), north: northOf(found[2]), radius: found[3] * stretch(found[2]),
    metres: found[3], people: found[4], zones: found[5], unseen: (t - found[6]) / TICKS_S,
  } : null;
};
// What stands for a zone: an alert in force before a draft that waits, and a lapse where neither.
const standsFor = (zone, t) => {
  let found = null;
  const rank = { lapsed: 1, draft: 2, sent: 3 };
  for (const draft of night.drafts) {
    if (draft.zone !== zone || draft.over || draft.t > t) continue;
    const state = stateOf(draft, t);
    if (state && (!found || rank[state] >= rank[found.state])) found = { draft, state };
  }
  const cleared = found?.state === "lapsed" && night.drafts.some(d => d.over && d.zone === zone && d.sent !== null && d.sent <= t && d.sent >= found.draft.ended);
  return cleared ? null : found;
};
const stateOf = (draft, t) => {
  if (!night.lives) return "draft";
  if (draft.ended !== null && draft.ended <= t) return draft.sent !== null && draft.how === "lapsed" ? "lapsed" : null;
  return draft.sent !== null && draft.sent <= t ? "sent" : "draft";
};
const told = n => n.toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");

const pad = n => String(n).padStart(2, "0");
const clockOf = ms => {
  const d = new Date(ms);
  return `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;
};
const msOf = t => night.t0_ms + t * 1000 / TICKS_S;
const utcOf = t => clockOf(msOf(t));
const localOf = t => night.offset_s === null ? null : clockOf(msOf(t) + night.offset_s * 1000);
const lengthOf = seconds => {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
};
const metres = m => m < 1000 ? `${Math.round(m)} m` : `${(m / 1000).toFixed(m < 10000 ? 1 : 0)} km`;
const share = p => p < 0.01 ? "under 1 %" : p > 0.99 ? "over 99 %" : `${Math.round(p * 100)} %`;

const ink = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const NAMES = ["ground", "ink", "soft", "accent", "focus", "without", "with", "mixed", "alarm", "warn",
  "land-a", "land-b", "land-c", "shore", "border", "place", "reach", "sea", "halo", "line", "raised", "panel"];
let paint = {};
const readPaint = () => { paint = Object.fromEntries(NAMES.map(name => [name, ink(name)])); };
readPaint();

const shown = { t: night.end, chosen: null };
