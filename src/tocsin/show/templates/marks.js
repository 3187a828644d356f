// Marks: shape and dash tell the kind, colour only repeats it. Hollow is not seen now, a cross is lost.
const DASH = { without: [], with: [7, 4], mixed: [2, 3] };
const KIND_TOLD = { without: "without transponder", with: "with transponder", mixed: "identity in doubt" };

const shapes = {
  without: (c, r) => { c.moveTo(0, -r * 1.25); c.lineTo(r, 0); c.lineTo(0, r * 1.25); c.lineTo(-r, 0); c.closePath(); },
  with: (c, r) => { c.moveTo(0, -r * 1.3); c.lineTo(r, r); c.lineTo(0, r * 0.45); c.lineTo(-r, r); c.closePath(); },
  mixed: (c, r) => { c.rect(-r * 0.9, -r * 0.9, r * 1.8, r * 1.8); },
};

const symbol = (c, x, y, kind, { hollow = false, lost = false, size = 6, course = 0 } = {}) => {
  c.save();
  c.translate(x, y);
  if (kind === "with") c.rotate(course * Math.PI / 180);
  c.beginPath();
  if (lost) {
    c.moveTo(-size, -size); c.lineTo(size, size); c.moveTo(size, -size); c.lineTo(-size, size);
  } else {
    shapes[kind](c, size);
  }
  c.lineJoin = "round";
  c.setLineDash([]);
  c.strokeStyle = paint.halo;
  c.lineWidth = 4;
  c.stroke();
  if (!hollow && !lost) { c.fillStyle = paint[kind]; c.fill(); }
  if (hollow && !lost) { c.fillStyle = paint.halo; c.fill(); }
  c.strokeStyle = paint[kind];
  c.lineWidth = hollow || lost ? 2 : 1;
  c.stroke();
  c.restore();
};

const ellipse = (c, x, y, major, minor, axisDeg, kind) => {
  c.beginPath();
  c.ellipse(x, y, major, minor, (axisDeg - 90) * Math.PI / 180, 0, 2 * Math.PI);
  c.globalAlpha = 0.14;
  c.fillStyle = paint[kind];
  c.fill();
  c.globalAlpha = 0.85;
  c.strokeStyle = paint[kind];
  c.lineWidth = 1;
  c.setLineDash([]);
  c.stroke();
  c.globalAlpha = 1;
};

const haloText = (c, text, x, y, colour) => {
  c.lineJoin = "round";
  c.setLineDash([]);
  c.strokeStyle = paint.halo;
  c.lineWidth = 3.5;
  c.strokeText(text, x, y);
  c.fillStyle = colour;
  c.fillText(text, x, y);
};

const hatch = (c, colour, spacing) => {
  const tile = document.createElement("canvas");
  tile.width = tile.height = spacing;
  const t = tile.getContext("2d");
  t.strokeStyle = colour;
  t.lineWidth = 1;
  t.beginPath();
  t.moveTo(-1, spacing + 1); t.lineTo(spacing + 1, -1);
  t.stroke();
  return c.createPattern(tile, "repeat");
};

// A mark for each level: open square, triangle, filled bell-like diamond.
const levelMark = (c, x, y, level, r) => {
  const colour = { PREPARE: paint.accent, WARN: paint.warn, LAST_CALL: paint.alarm }[level];
  c.beginPath();
  if (level === "PREPARE") c.rect(x - r * 0.8, y - r * 0.8, r * 1.6, r * 1.6);
  else if (level === "WARN") { c.moveTo(x, y - r); c.lineTo(x + r, y + r * 0.8); c.lineTo(x - r, y + r * 0.8); c.closePath(); }
  else { c.moveTo(x, y - r * 1.2); c.lineTo(x + r * 1.2, y); c.lineTo(x, y + r * 1.2); c.lineTo(x - r * 1.2, y); c.closePath(); }
  c.setLineDash([]);
  c.lineWidth = 1.8;
  c.strokeStyle = colour;
  c.fillStyle = level === "LAST_CALL" ? colour : paint.panel;
  c.fill();
  c.stroke();
};

const LEGEND = [
  ...["without", "with", "mixed"].map(kind => [KIND_TOLD[kind], c => {
    c.strokeStyle = paint[kind]; c.setLineDash(DASH[kind]); c.lineWidth = 1.8;
    c.beginPath(); c.moveTo(1, 9); c.lineTo(28, 9); c.stroke();
    symbol(c, 32, 9, kind, { size: 4.5, course: 90 });
  }]),
  ["not seen now, with 95 % area", c => { ellipse(c, 20, 9, 16, 7, 90, "without"); symbol(c, 20, 9, "without", { hollow: true, size: 4.5 }); }],
  ["lost: last place held", c => symbol(c, 20, 9, "without", { lost: true, size: 4 })],
  ["straight on for 1, 3, 5 min", c => {
    c.strokeStyle = paint.without; c.lineWidth = 1; c.setLineDash([]);
    c.beginPath(); c.moveTo(2, 9); c.lineTo(38, 9);
    for (const x of [9, 23, 38]) { c.moveTo(x, 5.5); c.lineTo(x, 12.5); }
    c.stroke();
  }],
  ["border, band of 1 σ", c => {
    c.globalAlpha = 0.25; c.strokeStyle = paint.border; c.lineWidth = 8; c.setLineDash([]);
    c.beginPath(); c.moveTo(1, 9); c.lineTo(40, 9); c.stroke();
    c.globalAlpha = 1; c.lineWidth = 1.6; c.stroke();
  }],
  ["sensor and its reach; dashed: silent", c => {
    c.strokeStyle = paint.reach; c.lineWidth = 1.2; c.setLineDash([]);
    c.beginPath(); c.arc(20, 9, 7.5, Math.PI * 0.5, Math.PI * 1.5); c.stroke();
    c.setLineDash([2, 3]); c.beginPath(); c.arc(20, 9, 7.5, -Math.PI * 0.5, Math.PI * 0.5); c.stroke();
    sensorMark(c, 20, 9, true);
  }],
  [night.lives ? "zone with an alert in force" : "zone with a warning drafted", c => {
    c.fillStyle = hatch(c, paint.warn, 6); c.fillRect(3, 2, 34, 14);
    c.strokeStyle = paint.warn; c.setLineDash([]); c.lineWidth = 1.2; c.strokeRect(3, 2, 34, 14);
  }],
  ...(night.lives ? [["draft that waits; lapsed, no all-clear", c => {
    c.lineWidth = 1.5;
    c.strokeStyle = paint.warn; c.setLineDash([5, 3]); c.strokeRect(2, 2, 16, 14);
    c.strokeStyle = paint.soft; c.setLineDash([1.5, 3]); c.strokeRect(22, 2, 16, 14);
  }]] : []),
  ...(tracks.some(track => track.regions.length) ? [["unseen: may be anywhere in it", c => {
    c.strokeStyle = paint.without; c.lineWidth = 1.2; c.setLineDash([6, 2, 2, 2]);
    c.beginPath(); c.arc(20, 9, 7.5, 0, 2 * Math.PI); c.stroke();
  }]] : []),
];

const sensorMark = (c, x, y, heard) => {
  c.setLineDash([]);
  c.lineWidth = 1.4;
  c.strokeStyle = paint.soft;
  c.fillStyle = heard ? paint.soft : paint.halo;
  c.beginPath();
  c.moveTo(x, y - 4.5); c.lineTo(x + 4, y + 3.5); c.lineTo(x - 4, y + 3.5); c.closePath();
  c.fill();
  c.stroke();
};

const drawLegend = () => {
  const list = document.getElementById("legend");
  list.replaceChildren(...LEGEND.map(([told, draw]) => {
    const item = document.createElement("li");
    const canvas = document.createElement("canvas");
    canvas.width = 84; canvas.height = 36;
    const c = canvas.getContext("2d");
    c.scale(2, 2);
    draw(c);
    const words = document.createElement("span");
    words.textContent = told;
    item.append(canvas, words);
    return item;
  }));
};
