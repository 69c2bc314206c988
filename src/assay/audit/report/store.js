// The data: columns at once, texts chunk by chunk when a row of it is first looked at.

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const total = data.row.length;
const opened = new Array(data.chunks.length);

function chunkOf(row) {
  let low = 0, high = data.chunks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (data.chunks[middle] <= row) low = middle; else high = middle - 1;
  }
  return low;
}

function chunk(number) {
  if (opened[number] === undefined) {
    const island = byId("chunk-" + number);
    opened[number] = JSON.parse(island.textContent);
    island.remove(); // its text is held twice otherwise
  }
  return opened[number];
}

// One rollout's texts: {completion, cut, prompt, reference, error, signature, terms}
function texts(row) {
  const number = chunkOf(row), found = chunk(number);
  const raw = found.rows[row - data.chunks[number]], t = found.texts;
  const at = (i) => (i === undefined ? undefined : t[i]);
  return {
    completion: raw.c, cut: raw.cut, prompt: at(raw.p), reference: at(raw.r), error: raw.e,
    signature: at(raw.sig),
    terms: raw.t.map(([key, verifier, status, weight, score, contribution, because]) => ({
      key: t[key], verifier: t[verifier], status: t[status], weight, score, contribution,
      because: t[because],
    })),
  };
}

function completionOf(row) {
  const number = chunkOf(row);
  return chunk(number).rows[row - data.chunks[number]].c;
}

// Rows of each group, in the order of the log.
const members = new Map();
for (let row = 0; row < total; row++) {
  const group = data.group[row];
  if (group < 0) continue;
  const rows = members.get(group);
  if (rows) rows.push(row); else members.set(group, [row]);
}
const groupOf = (row) => members.get(data.group[row]) || [row];

function place(row) {
  const file = data.files[data.file[row]];
  return (file === undefined ? "line " : file + ":") + data.line[row];
}

const digits = (v, n) => (v === null || v === undefined ? "–" : String(+v.toPrecision(n)));
const labelled = (v) => (v === null ? "" : v === 1 ? "right" : v === 0 ? "wrong" : digits(v, 3));

// An element; text only ever as text.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.filter((c) => c !== null && c !== undefined));
  return element;
}
