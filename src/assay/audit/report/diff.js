// Which words two texts do not share: Myers 1986, "An O(ND) Difference Algorithm".

const EDITS = 1200; // beyond this the texts are too different for marks to help
const words = (text) => text.match(/\s+|\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu) || [];

// [[left only, right only, shared], ...] in order, as pieces: {kind: "same" | "old" | "new", text}
function wordDiff(left, right) {
  const a = words(left), b = words(right);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let enda = a.length, endb = b.length;
  while (enda > start && endb > start && a[enda - 1] === b[endb - 1]) { enda--; endb--; }
  const pieces = [];
  const add = (kind, word) => {
    const last = pieces[pieces.length - 1];
    if (last && last.kind === kind) last.text += word; else pieces.push({ kind, text: word });
  };
  for (let i = 0; i < start; i++) add("same", a[i]);
  for (const [kind, word] of middle(a.slice(start, enda), b.slice(start, endb))) add(kind, word);
  for (let i = enda; i < a.length; i++) add("same", a[i]);
  return joined(pieces);
}

// A blank that two changes share is part of the change: phrases are marked, not single words.
function joined(pieces) {
  const out = [];
  let gone = "", come = "";
  const flush = () => {
    if (gone) out.push({ kind: "old", text: gone });
    if (come) out.push({ kind: "new", text: come });
    gone = come = "";
  };
  pieces.forEach((piece, i) => {
    const next = pieces[i + 1];
    if (piece.kind === "old") gone += piece.text;
    else if (piece.kind === "new") come += piece.text;
    else if ((gone || come) && next && /^[^\S\n]+$/.test(piece.text)) { gone += piece.text; come += piece.text; }
    else { flush(); out.push(piece); }
  });
  flush();
  return out;
}

function middle(a, b) {
  const n = a.length, m = b.length, most = Math.min(n + m, EDITS);
  const whole = () => [...a.map((w) => ["old", w]), ...b.map((w) => ["new", w])];
  if (!n || !m) return whole();
  const trace = [];
  let v = new Int32Array(2 * most + 3);
  const zero = most + 1;
  for (let d = 0; d <= most; d++) {
    trace.push(v.slice(zero - d - 1, zero + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && v[zero + k - 1] < v[zero + k + 1]);
      let x = down ? v[zero + k + 1] : v[zero + k - 1] + 1, y = x - k;
      while (x < n && y < m && a[x] === b[y]) { x++; y++; }
      v[zero + k] = x;
      if (x >= n && y >= m) return walk(a, b, trace, d);
    }
  }
  return whole();
}

function walk(a, b, trace, edits) {
  const out = [];
  let x = a.length, y = b.length;
  for (let d = edits; d > 0; d--) {
    const v = trace[d], at = (k) => v[k + d + 1], k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const before = down ? k + 1 : k - 1, px = at(before), py = px - before;
    while (x > px && y > py && x > 0 && y > 0 && a[x - 1] === b[y - 1]) { x--; y--; out.push(["same", a[x]]); }
    if (down) { y--; out.push(["new", b[y]]); } else { x--; out.push(["old", a[x]]); }
  }
  while (x > 0 && y > 0) { x--; y--; out.push(["same", a[x]]); }
  return out.reverse();
}
