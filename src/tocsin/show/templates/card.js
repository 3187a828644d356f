// The card of the chosen track: what was held of it at the chosen time, with how surely.
const cardBox = document.getElementById("card");

const part = (name, text, kind) => {
  const node = document.createElement(name);
  node.textContent = text;
  if (kind) node.className = kind;
  return node;
};

const windowTold = (from, to) => from === null || to === null ? "" : `, between ${utcOf(from)} and ${utcOf(to)} UTC`;
const noWindowTold = held => held.noWindow && held.border >= 0.01 ? `, no window: ${held.noWindow}` : "";
const heightTold = (track, i) => track.alt && track.alt[i] !== null ? `${track.alt[i]} m MSL` : "not known";
const insideTold = (track, t) => {
  const stay = track.stays.filter(s => s[2] <= t).pop();
  if (!stay || t > stay[3]) return null;
  return stay[4] ? `since ${utcOf(stay[2])} UTC` : `as carried on since ${utcOf(stay[2])} UTC, unseen`;
};

const factsOf = (track, at) => {
  const i = at.i, held = heldAt(track, shown.t);
  const claims = [track.name, track.icao && `address ${track.icao}`, track.mode_a && `code ${track.mode_a}`];
  const facts = [
    ["Claims", claims.filter(Boolean).join(", ") || "nothing"],
    ["Doubt", track.conflict],
    ["Exists", share(track.exists[i] / 100)],
    ["Speed, course", `${track.speed[i]} m/s, ${Math.round(track.course[i])}° true`],
    ["Height", heightTold(track, i)],
    ["Position", `${track.latDeg[i].toFixed(4)}, ${track.lonDeg[i].toFixed(4)}`],
    ["95 % area", `${metres(track.major[i])} by ${metres(track.minor[i])} (half axes)`],
    ["Last measured", at.age < 2 ? "now" : `${lengthOf(at.age)} before`],
  ];
  if (held && !at.ended) {
    const inside = insideTold(track, shown.t);
    facts.push(["Plausibly", `${held.kind}, ${share(held.kindProb)}`]);
    facts.push(["Flies", held.context && held.context !== "lost" ? held.context : ""]);
    facts.push(inside ? ["Inside border", inside]
      : ["Will cross", `${share(held.border)}${windowTold(held.borderFrom, held.borderTo) || noWindowTold(held)}`]);
    const place = placeById.get(held.place);
    if (held.place && held.placeProb >= 0.01) facts.push(["Threatens", `${place ? place.name : held.place}, ${share(held.placeProb)}${windowTold(held.placeFrom, held.placeTo)}`]);
    facts.push(["Assessed in", `entry #${held.idx}`]);
  }
  const region = regionAt(track, shown.t);
  if (region) facts.push(["May be", `within ${metres(region.metres)} of where it was seen last, ${lengthOf(region.unseen)} before; ${told(region.people)} people in ${region.zones} ${region.zones === 1 ? "zone" : "zones"}. It grows until somebody explains it.`]);
  facts.push(["Same as", track.may_be.map(([id, p]) => `may be track ${id}, p = ${p.toFixed(2)}`).join("; ")]);
  facts.push(["Sensors", track.sensors.join(", ")]);
  return facts.filter(([, value]) => value);
};

const stateTold = at => {
  if (at.ended) return `no longer in the picture; ${at.lost ? "lost" : "last held confirmed"}`;
  if (at.status === "confirmed") return "confirmed";
  return `${at.status}, unseen for ${lengthOf(at.age)}`;
};

const drawCard = () => {
  const track = trackById.get(shown.chosen);
  if (!track) {
    cardBox.replaceChildren(part("p", tracks.length ? "Choose a track on the map, in the timeline or in the table." : "No tracks.", "hint"));
    return;
  }
  const title = part("h3", `Track ${track.id}`);
  title.append(part("span", KIND_TOLD[track.kind], `kind ${track.kind}`));
  const at = stateAt(track, shown.t);
  if (!at) {
    cardBox.replaceChildren(title, part("p", `Not yet in the picture: first seen ${utcOf(track.first)} UTC.`, "hint"));
    return;
  }
  title.append(part("span", stateTold(at), "state"));
  const list = document.createElement("dl");
  for (const [name, value] of factsOf(track, at)) list.append(part("dt", name), part("dd", value));
  cardBox.replaceChildren(title, list);
};
