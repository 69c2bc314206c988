// Filters, keys and links.

const controls = {
  finding: byId("by-finding"), status: byId("by-status"), label: byId("by-label"),
  group: byId("by-group"), search: byId("search"), sort: byId("sort"),
};
let descending = false;
let task = 0; // a search that is no longer wanted stops when its number is old

const option = (value, text) => make("option", { value }, text);
controls.finding.append(option("", "any"), ...data.findings.map((f, i) => option(i, `${f.title}`)));
controls.status.append(option("", "any"), ...data.rowStatuses.map((s, i) => option(i, s)));
controls.label.append(option("", "any"), option("1", "right"), option("0", "wrong"), option("none", "not said"));
for (const [value, { name }] of Object.entries(columns)) controls.sort.append(option(value, name));

function filtered() {
  const { finding, status, label, group } = controls;
  const named = finding.value === "" ? null : new Set(data.findings[finding.value].rows);
  const wanted = group.value.trim() === "" ? null : Number(group.value);
  const found = [];
  for (let row = 0; row < total; row++) {
    if (named && !named.has(row)) continue;
    if (status.value !== "" && data.status[row] !== Number(status.value)) continue;
    if (label.value !== "" && (label.value === "none" ? data.label[row] !== null : data.label[row] !== Number(label.value))) continue;
    if (wanted !== null && data.group[row] !== wanted) continue;
    found.push(row);
  }
  return found;
}

// What is searched for: a text in any case, or /a regular expression/.
function matcher(query) {
  const regex = query.match(/^\/(.+)\/([i]?)$/);
  if (regex) {
    try {
      const expression = new RegExp(regex[1], regex[2] + "u");
      return (text) => expression.test(text);
    } catch (error) {
      return null;
    }
  }
  const wanted = query.toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}

function searchable(row) {
  const t = texts(row);
  return [t.completion, t.prompt, t.reference, t.error, ...t.terms.map((term) => term.because)].filter(Boolean).join("\n");
}

function finish(rows, note) {
  show(sortRows(Uint32Array.from(rows), controls.sort.value, descending));
  const many = rows.length.toLocaleString("en");
  count.textContent = (rows.length === total ? `${many} rollouts` : `${many} of ${total.toLocaleString("en")} rollouts`) + (note || "");
}

// Texts are searched a few milliseconds at a time, so that the page never stands still.
function update() {
  const mine = ++task, rows = filtered(), query = controls.search.value.trim();
  if (query === "" || !data.texts) { finish(rows); return; }
  const matches = matcher(query);
  if (matches === null) { finish([], ": this is no regular expression"); return; }
  const found = [];
  let next = 0;
  (function some() {
    if (mine !== task) return;
    const until = performance.now() + 8;
    while (next < rows.length && performance.now() < until) {
      if (matches(searchable(rows[next]))) found.push(rows[next]);
      next++;
    }
    if (next < rows.length) {
      count.textContent = `searching: ${Math.floor((100 * next) / rows.length)}%, ${found.length.toLocaleString("en")} found`;
      setTimeout(some, 0);
    } else finish(found);
  })();
}

function reverse() {
  descending = !descending;
  const button = byId("reverse");
  button.textContent = descending ? "Descending" : "Ascending";
  button.setAttribute("aria-pressed", String(descending));
  update();
}

function clear() {
  for (const name of ["finding", "status", "label", "group", "search"]) controls[name].value = "";
  update();
}

function toggleKeys() {
  const keys = byId("keys");
  keys.hidden = !keys.hidden;
  byId("help").setAttribute("aria-expanded", String(!keys.hidden));
}

for (const control of [controls.finding, controls.status, controls.label]) control.addEventListener("change", update);
controls.sort.addEventListener("change", () => { descending = false; byId("reverse").textContent = "Ascending"; byId("reverse").setAttribute("aria-pressed", "false"); update(); });
let typing = 0;
for (const control of [controls.group, controls.search])
  control.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(update, 120); });
byId("reverse").addEventListener("click", reverse);
byId("clear").addEventListener("click", clear);
byId("help").addEventListener("click", toggleKeys);
list.addEventListener("scroll", drawSoon, { passive: true });
addEventListener("resize", () => { measure(); drawSoon(); });

function move(by) {
  if (shown.other < 0 && !detail.hidden) { select(view.at + by); openDetail(); } else if (detail.hidden) select(view.at + by);
}

const visible = () => Math.max(1, Math.floor(list.clientHeight / height) - 1);
const anywhere = {
  j: () => move(1), k: () => move(-1), n: () => step(1), p: () => step(-1), d: compareNext,
  "/": () => controls.search.focus(), f: () => controls.finding.focus(), s: () => controls.sort.focus(),
  r: reverse, c: clear, "?": toggleKeys,
};
const inList = {
  ArrowDown: () => move(1), ArrowUp: () => move(-1), PageDown: () => move(visible()), PageUp: () => move(-visible()),
  Home: () => move(-total), End: () => move(total), Enter: () => { openDetail(); if (!detail.hidden) detail.focus({ preventScroll: true }); },
};

byId("browser").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const writing = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    if (writing) list.focus({ preventScroll: true }); else closeDetail();
    event.preventDefault();
    return;
  }
  if (writing) {
    if (event.key === "Enter" && event.target.matches("input")) list.focus({ preventScroll: true });
    return;
  }
  const act = anywhere[event.key] || (event.target === list ? inList[event.key] : undefined);
  if (act) { act(); event.preventDefault(); }
});

// #rollout-12 opens the thirteenth rollout of the page.
function follow() {
  const found = location.hash.match(/^#rollout-(\d+)$/);
  if (!found || Number(found[1]) >= total) return;
  clear();
  const row = Number(found[1]);
  select(view.rows.indexOf(row));
  openRow(row);
  (narrow.matches ? detail : byId("rollouts")).scrollIntoView();
  detail.focus({ preventScroll: true });
}
addEventListener("hashchange", follow);
for (const link of document.querySelectorAll("a[href^='#rollout-']"))
  link.addEventListener("click", () => { if (location.hash === link.hash) follow(); });
for (const button of document.querySelectorAll("button[data-finding]"))
  button.addEventListener("click", () => {
    clear();
    controls.finding.value = button.dataset.finding;
    update();
    byId("rollouts").scrollIntoView();
    list.focus({ preventScroll: true });
  });

drawHead();
update();
follow();
