// The list: filtered, sorted, and only what is on the screen is in the page.

const list = byId("list"), room = byId("room"), count = byId("count");
const view = { rows: Uint32Array.from({ length: total }, (_, i) => i), at: 0, chosen: -1, sorted: "" };
const narrow = matchMedia("(max-width: 760px)");
let height = 34;
const STRIP = 12; // criteria whose scores a row shows
const pool = [];

const columns = {
  log: { name: "place in the log", of: null },
  reward: { name: "reward", of: data.reward },
  length: { name: "length", of: data.length },
};
if (data.step.some((s) => s !== null)) columns.step = { name: "step", of: data.step };
if (data.label.some((s) => s !== null)) columns.label = { name: "label", of: data.label };
data.criteria.forEach((name, i) => { columns["criterion-" + i] = { name, of: data.scores[i] }; });

// Rows in the order asked for; what is missing stands last either way, ties as in the log.
function sortRows(rows, by, descending) {
  const column = columns[by].of;
  if (column === null) { rows.sort(); return descending ? rows.reverse() : rows; }
  const sign = descending ? -1 : 1;
  return rows.sort((a, b) => {
    const x = column[a], y = column[b];
    if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
    return sign * (x - y) || a - b;
  });
}

function cell(kind) { return make("span", { class: kind }); }

function blank() {
  const parts = {};
  for (const kind of ["place", "step", "group", "reward", "label", "length", "status", "strip", "excerpt"])
    parts[kind] = cell(kind);
  parts.strip.setAttribute("aria-hidden", "true");
  for (let i = 0; i < Math.min(STRIP, data.criteria.length); i++) parts.strip.append(cell("score"));
  const element = make("div", { class: "row", role: "option" }, ...Object.values(parts));
  element.addEventListener("click", () => { select(Number(element.dataset.at)); openDetail(); });
  room.append(element);
  return { element, parts, row: -1 };
}

function fill(slot, at) {
  const row = view.rows[at], { element, parts } = slot;
  element.hidden = false;
  element.style.transform = `translateY(${at * height}px)`;
  element.setAttribute("aria-selected", String(at === view.at));
  element.dataset.at = at;
  element.id = "option-" + at;
  element.setAttribute("aria-posinset", at + 1);
  element.setAttribute("aria-setsize", view.rows.length);
  if (slot.row === row) return;
  slot.row = row;
  parts.place.textContent = data.line[row];
  parts.place.title = place(row);
  parts.step.textContent = data.step[row] === null ? "" : digits(data.step[row], 6);
  parts.group.textContent = data.group[row] < 0 ? "" : data.group[row];
  parts.reward.textContent = data.reward[row] === null ? "none" : digits(data.reward[row], 4);
  parts.label.textContent = labelled(data.label[row]);
  parts.label.className = "label " + labelled(data.label[row]);
  parts.length.textContent = data.length[row] === null ? "" : digits(data.length[row], 6);
  const status = data.rowStatuses[data.status[row]];
  parts.status.textContent = status === "scored" ? "" : status || "";
  [...parts.strip.children].forEach((score, i) => {
    const value = data.scores[i][row];
    score.className = value === null ? "score missing" : "score";
    score.style.setProperty("--share", value === null ? 0 : Math.max(0, Math.min(1, value)));
    score.title = `${data.criteria[i]}: ${digits(value, 3)}`;
  });
  parts.excerpt.textContent = data.texts ? completionOf(row).slice(0, 160) : "";
  element.setAttribute("aria-label", [
    place(row), "reward " + parts.reward.textContent, parts.label.textContent, parts.status.textContent,
    parts.length.textContent && `${parts.length.textContent} ${data.unit}`,
  ].filter(Boolean).join(", "));
}

let pending = false;
function draw() {
  pending = false;
  const first = Math.max(0, Math.floor(list.scrollTop / height) - 4);
  const last = Math.min(view.rows.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + 4);
  while (pool.length < last - first) pool.push(blank());
  // a slot keeps its row while it stays on the screen
  const free = new Map(pool.map((slot, i) => [i, slot]));
  for (let at = first; at < last; at++) {
    const i = at % pool.length;
    fill(pool[i], at);
    free.delete(i);
  }
  for (const slot of free.values()) { slot.element.hidden = true; slot.element.id = ""; }
  if (view.at >= first && view.at < last) list.setAttribute("aria-activedescendant", "option-" + view.at);
  else list.removeAttribute("aria-activedescendant");
}
function drawSoon() { if (!pending) { pending = true; requestAnimationFrame(draw); } }

function show(rows) {
  view.rows = rows;
  measure();
  const kept = rows.indexOf(view.chosen);
  view.at = kept < 0 ? 0 : kept;
  list.scrollTop = 0;
  reveal();
  drawSoon();
}

function measure() {
  height = narrow.matches ? 58 : 34;
  room.style.height = `${Math.max(1, view.rows.length) * height}px`;
  pool.forEach((slot) => { slot.row = -1; });
}

function reveal() {
  const top = view.at * height;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
}

function select(at) {
  if (!view.rows.length) return;
  view.at = Math.max(0, Math.min(view.rows.length - 1, at));
  view.chosen = view.rows[view.at];
  reveal();
  drawSoon();
}

function drawHead() {
  const names = ["line", "step", "group", "reward", "label", "length", "", "scores", "completion"];
  const kinds = ["place", "step", "group", "reward", "label", "length", "status", "strip", "excerpt"];
  byId("columns").replaceChildren(...names.map((name, i) => make("span", { class: kinds[i] }, name)));
  const bare = { step: columns.step, label: columns.label };
  for (const kind of Object.keys(bare)) if (!bare[kind]) byId("browser").classList.add("no-" + kind);
  byId("browser").style.setProperty("--criteria", Math.min(STRIP, Math.max(1, data.criteria.length)));
}
