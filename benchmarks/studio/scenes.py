"""Scenes that are put into the studio: boxes, polygons and masks at random places."""

FILL = """
([kind, count]) => {
  const { editor } = window.labelwright.desk;
  const { imageWidth, imageHeight } = editor.viewport;
  let seed = 7;
  const chance = (below) => ((seed = (seed * 16807) % 2147483647) / 2147483647) * below;
  const place = () => [chance(imageWidth * 0.95), chance(imageHeight * 0.95)];
  const makers = {
    box() {
      const [left, top] = place();
      return { kind: 'box', left, top, right: left + 4 + chance(80), bottom: top + 4 + chance(80) };
    },
    polygon() {
      const [x, y] = place();
      const size = 8 + chance(60);
      const ring = Array.from({ length: 30 }, (_, i) => {
        const r = size * (0.7 + chance(0.3));
        return [x + r * Math.cos((i / 15) * Math.PI), y + r * Math.sin((i / 15) * Math.PI)];
      });
      return { kind: 'polygon', parts: [[ring]] };
    },
    mask() {
      const [x, y] = place().map(Math.floor);
      const r = 60 + Math.floor(chance(140));
      const side = 2 * r;
      const runs = [];
      let clear = 0;
      for (let row = 0; row < side; row++) {
        const half = Math.floor(Math.sqrt(r * r - (row - r + 0.5) ** 2) * (0.8 + 0.2 * Math.sin(row / 9)));
        runs.push(clear + r - half, 2 * half);
        clear = r - half;
      }
      runs.push(clear);
      return { kind: 'mask', left: x, top: y, width: side, height: side, runs };
    },
  };
  const edits = [];
  for (let i = 0; i < count; i++) {
    const category = (editor.ontology.categories ?? []).find((c) => (c.shapes ?? []).includes(kind));
    const annotation = { id: editor.newId(), category: category.id, shape: makers[kind](), attributes: {} };
    edits.push({ kind: 'put', annotation });
  }
  window.benchmarkEdits = edits;
  return edits.length;
}
"""

SHOW = """
() => {
  const { editor } = window.labelwright.desk;
  for (const { id } of editor.store.all()) editor.store.apply({ kind: 'delete', id });
  for (const edit of window.benchmarkEdits) editor.store.apply(edit);
  editor.store.changed.emit();
  editor.stale.push(null);
  editor.painted.emit();
  editor.viewport.fit();
}
"""

SAVE = """
async () => {
  const { editor, sync } = window.labelwright.desk;
  const edits = window.benchmarkEdits;
  for (let at = 0; at < edits.length; at += 400) {
    editor.perform('Fill', edits.slice(at, at + 400));
    await sync.flush();
  }
  return editor.store.size;
}
"""

PAN = "const v = window.labelwright.desk.editor.viewport; v.pan(Math.sin(t * 3) * 12, Math.sin(t * 3) * 7);"
ZOOM = "window.labelwright.desk.editor.viewport.zoom(1 + Math.sin(t * 3) * 0.03);"

# A hand that holds a corner of a polygon, and one that paints: what the pointer's events would feed.
DRAG = """
const { hand, editor } = window.labelwright.desk;
if (n === 0) {
  hand.use('select');
  window.benchmarkHeld = editor.store.all().find((a) => a.shape.kind === 'polygon');
  editor.selection.select([window.benchmarkHeld.id]);
}
const [x, y] = window.benchmarkHeld.shape.parts[0][0][0];
const at = { x: x + (n ? 20 * Math.sin(t * 4) : 0), y: y + (n ? 20 * Math.cos(t * 4) : 0) };
hand.feed({ kind: n === 0 ? 'pointerDown' : 'pointerMove', at, shift: false, alt: false });
"""

PAINT = """
const { hand, editor } = window.labelwright.desk;
const { imageWidth: w, imageHeight: h } = editor.viewport;
if (n === 0) {
  editor.options.set({ brush: 40 });
  hand.use('brush');
  editor.selection.select([editor.store.all()[0].id]);
}
const at = { x: w * (0.5 + 0.4 * Math.sin(t * 2)), y: h * (0.5 + 0.4 * Math.sin(t * 3.1)) };
hand.feed({ kind: n === 0 ? 'pointerDown' : 'pointerMove', at, shift: false, alt: false });
"""

# A mask over nearly all of the picture.
WIDE_MASK = """
() => {
  const { editor } = window.labelwright.desk;
  const { imageWidth: w, imageHeight: h } = editor.viewport;
  const category = editor.ontology.categories.find((c) => (c.shapes ?? []).includes('mask'));
  const runs = [];
  for (let y = 0; y < h; y++) runs.push(y ? 40 : 20, w - 40);
  runs.push(20);
  const shape = { kind: 'mask', left: 0, top: 0, width: w, height: h, runs };
  const annotation = { id: editor.newId(), category: category.id, shape, attributes: {} };
  window.benchmarkEdits = [{ kind: 'put', annotation }];
}
"""

LIFT = """
() => {
  const { hand } = window.labelwright.desk;
  const begin = performance.now();
  hand.feed({ kind: 'pointerUp', at: { x: 100, y: 100 }, shift: false, alt: false });
  return performance.now() - begin;
}
"""
