// One rollout beside its receipt, or two of a group beside each other.

const detail = byId("detail"), panes = detail.parentElement;
const shown = { row: -1, other: -1 };

function openDetail(other) {
  const row = view.rows.length ? view.rows[view.at] : -1;
  if (row >= 0) openRow(row, other);
}

function openRow(row, other) {
  shown.row = row;
  shown.other = other === undefined ? -1 : other;
  view.chosen = row;
  detail.hidden = false;
  panes.classList.add("open");
  detail.replaceChildren(...(shown.other < 0 ? single(row) : pair(row, shown.other)));
  detail.setAttribute("aria-label", "Rollout " + place(row));
  detail.scrollTop = 0;
  if (narrow.matches) detail.scrollIntoView({ block: "start" });
  drawSoon();
}

function closeDetail() {
  if (detail.hidden) return;
  if (shown.other >= 0) { openRow(shown.row); return; }
  detail.hidden = true;
  panes.classList.remove("open");
  list.focus({ preventScroll: true });
  measure(); reveal(); drawSoon();
}

function heading(row, t) {
  const facts = [];
  if (data.step[row] !== null) facts.push(`step ${digits(data.step[row], 6)}`);
  if (data.group[row] >= 0) facts.push(`group ${data.group[row]}`);
  if (data.length[row] !== null) facts.push(`${digits(data.length[row], 7)} ${data.unit}`);
  const label = labelled(data.label[row]);
  return make("header", {},
    make("h3", {}, place(row)),
    make("p", {}, facts.join(" · "), label ? make("span", { class: "label " + label }, ` ${label} by label`) : null),
    t.error ? make("p", { class: "error" }, t.error) : null);
}

const signed = (v) => (v === null ? "–" : digits(v, 4));

function receipt(row, t) {
  const lines = t.terms.map((term) => make("tr", {},
    make("th", { scope: "row" }, term.key,
      term.verifier && term.verifier.split("@")[0] !== term.key ? make("small", {}, " " + term.verifier) : null),
    make("td", { class: "num" }, signed(term.weight)),
    make("td", { class: "num" }, "× " + signed(term.score)),
    make("td", { class: "num" }, "= " + signed(term.contribution)),
    make("td", {},
      term.status && term.status !== "judged" ? make("b", { class: "status" }, term.status.replaceAll("_", " ") + " ") : null,
      term.because)));
  const status = data.rowStatuses[data.status[row]];
  const sum = data.reward[row] === null ? status || "none" : digits(data.reward[row], 6);
  return make("div", { class: "table", tabindex: 0, role: "region", "aria-label": "Receipt" },
    make("table", { class: "receipt" },
      make("caption", {}, "Receipt"),
      make("thead", {}, make("tr", {}, ...["criterion", "weight", "× score", "= contribution", "because"].map(
        (name, i) => make("th", { scope: "col", class: i > 0 && i < 4 ? "num" : "" }, name)))),
      make("tbody", {}, ...lines),
      make("tfoot", {}, make("tr", {}, make("th", { scope: "row" }, "reward"), make("td", {}), make("td", {}),
        make("td", { class: "num" }, sum), make("td", {}, t.signature ? "signature " + t.signature : "")))));
}

function rest(row, t) {
  if (!t.cut) return null;
  return make("p", { class: "note" },
    `Cut after ${t.completion.length.toLocaleString("en")} of ${t.cut.toLocaleString("en")} characters; the rest is at ${place(row)}.`);
}

function mates(row) {
  const group = groupOf(row);
  if (group.length < 2) return null;
  const buttons = group.map((other) => make("button", {
    type: "button", class: "mate " + labelled(data.label[other]), "aria-current": other === row ? "true" : null,
    title: place(other), "data-row": other, onclick: () => openRow(other),
  }, data.reward[other] === null ? "none" : digits(data.reward[other], 3),
  make("small", {}, labelled(data.label[other]))));
  const compare = make("select", { class: "compare", "aria-label": "Compare with", onchange: (event) => {
    if (event.target.value !== "") openRow(row, Number(event.target.value));
  } }, make("option", { value: "" }, "Compare with…"), ...group.filter((o) => o !== row).map((other) =>
    make("option", { value: other }, `line ${data.line[other]}, reward ${digits(data.reward[other], 3)} ${labelled(data.label[other])}`)));
  return make("div", { class: "mates" }, make("span", {}, "Rewards of its group"), ...buttons, compare);
}

function bar() {
  return make("div", { class: "bar" },
    make("button", { type: "button", class: "back", onclick: closeDetail }, shown.other < 0 ? "Close" : "Back"));
}

function folded(title, text) {
  if (text === undefined) return null;
  return make("details", {}, make("summary", {}, title), make("pre", { dir: "auto" }, text));
}

function single(row) {
  const t = texts(row);
  return [
    bar(), heading(row, t), mates(row), receipt(row, t),
    data.texts ? make("pre", { class: "completion", dir: "auto", tabindex: 0, role: "region", "aria-label": "Completion" }, t.completion) : null,
    rest(row, t), folded("Prompt", t.prompt), folded("Reference", t.reference),
  ].filter(Boolean);
}

function pair(left, right) {
  const a = texts(left), b = texts(right), pieces = wordDiff(a.completion, b.completion);
  const side = (row, t, drop, mark) => make("div", { class: "side" }, heading(row, t), receipt(row, t),
    make("pre", { class: "completion", dir: "auto", tabindex: 0, role: "region", "aria-label": "Completion of " + place(row) },
      ...pieces.filter((p) => p.kind !== drop).map((p) => (p.kind === "same" ? p.text : make(mark, {}, p.text)))),
    rest(row, t));
  return [bar(), make("div", { class: "pair" }, side(left, a, "new", "del"), side(right, b, "old", "ins"))];
}

function step(by) { // to the next rollout of the group
  if (detail.hidden) return;
  const group = groupOf(shown.row);
  openRow(group[(group.indexOf(shown.row) + by + group.length) % group.length]);
}

function compareNext() {
  if (detail.hidden) { openDetail(); }
  if (shown.row < 0) return;
  const group = groupOf(shown.row);
  if (group.length < 2) return;
  const from = shown.other < 0 ? shown.row : shown.other;
  let next = group[(group.indexOf(from) + 1) % group.length];
  if (next === shown.row) next = group[(group.indexOf(next) + 1) % group.length];
  openRow(shown.row, next);
}
