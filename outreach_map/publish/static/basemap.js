// The basemap: inflates its binary, reads what a tile needs of it, and draws in slices.
// @ts-check
"use strict";

/**
 * A part of the basemap: what belongs to one cell at one level; the form is in layers/basemap.py.
 * @typedef {{level: number, box: number[], shapes: number, rings: number, points: number, at: number}} Chunk
 *
 * What a chunk holds. Shape i has rings `ring[i]` to `ring[i + 1]`, ring k has points `start[k]` to `start[k + 1]`.
 * @typedef {{group: Uint8Array, kind: Uint8Array, name: Int32Array, ring: Int32Array, start: Int32Array,
 *   xy: Int32Array, box: Int32Array}} Shapes
 */

/** Work in slices, so that a touch never waits: one piece of work is a generator that yields when it may rest, and
 * `work.FRAME` when it may not go on before the browser has painted. */
const work = (() => {
  const SLICE_MS = 8;
  const FRAME = "frame";
  /** @type {Generator<string | void, void>[]} */
  const waiting = [];
  // So many pictures are painted in one frame.
  const PICTURES = 3;
  let shown = 0;
  const { port1, port2 } = new MessageChannel();
  let called = false;
  const call = () => {
    if (called || !waiting.length) return;
    called = true;
    port2.postMessage(0);
  };
  /** Work until a time; whether to wait for a frame then. @param {number} until */
  const go = (until) => {
    while (waiting.length && performance.now() < until) {
      const step = waiting[0].next();
      if (step.done) waiting.shift();
      else if (step.value === FRAME && until < Infinity) return true;
    }
    return false;
  };
  port1.onmessage = () => {
    called = false;
    let frame = false;
    try {
      frame = go(performance.now() + SLICE_MS);
    } finally {
      // One piece of work that fails does not keep back the others.
      if (frame) requestAnimationFrame(call);
      else call();
    }
  };
  return {
    FRAME,
    /** What puts a picture on the page waits for this: to paint many at once would be one long task.
     * @returns {Generator<string, void>} */
    *turn() {
      if (shown >= PICTURES) yield FRAME;
      if (!shown++) requestAnimationFrame(() => { shown = 0; });
    },
    /** @param {Generator<string | void, void>} task */
    add(task) {
      waiting.push(task);
      call();
    },
    /** All that waits, at once: paper does not wait. */
    finish: () => go(Infinity),
  };
})();

const streets = (() => {
  const GROUP = { park: 0, water: 1, building: 2, railway: 3, street: 4, place: 5 };
  const STEPS = 12, FERRY = 13, PATH = 8;
  /** First zoom at which a level is drawn. */
  const LEVELS = [0, 13, 15];
  // By class of street: first zoom and width at zoom 14; from class 8 on they are paths.
  const CLASSES = [
    [0, 4.5], [0, 4], [0, 3.5], [11, 3], [12, 2.4], [13, 1.8], [15, 1.2],
    [14, 1.6], [15, 0.9], [15, 0.8], [15, 0.7], [15, 0.7], [15, 1.1], [15, 0.8],
  ];
  const LIGHT = {
    land: "#f4f1ec", beyond: "#dedad3", park: "#d9e8cf", water: "#b5d3e7", building: "#e2dcd3", railway: "#a29b91",
    casing: "#cfc7bb", main: "#fbe3a6", street: "#ffffff", path: "#c0ac8f", text: "#3b3a38", halo: "#f9f7f4",
  };
  const DARK = {
    land: "#1d2125", beyond: "#121416", park: "#24312a", water: "#1c3547", building: "#2b3036", railway: "#5b6168",
    casing: "#15181b", main: "#6d603c", street: "#474d55", path: "#4a5057", text: "#d5d8db", halo: "#1d2125",
  };
  const PAPER = {
    land: "#ffffff", beyond: "#ffffff", park: "#eeeeee", water: "#cfdce6", building: "#e6e6e6", railway: "#555555",
    casing: "#444444", main: "#b4b4b4", street: "#ffffff", path: "#777777", text: "#000000", halo: "#ffffff",
  };
  const dark = window.matchMedia("screen and (prefers-color-scheme: dark)"), paper = window.matchMedia("print");
  const colours = () => (paper.matches ? PAPER : dark.matches ? DARK : LIGHT);

  /** The study area, beyond which nothing is drawn: west, north, width, height; and a quantum. In pixels at zoom 0. */
  const edge = [0, 0, 256, 256];
  let quantum = 1, bytes = new Uint8Array(), total = 0;
  /** @type {string[]} */
  const names = [""];
  /** @type {Chunk[]} */
  const chunks = [];
  /** @type {Map<Chunk, Shapes>} */
  const read = new Map();
  // What was read long ago is read again when it is needed: a phone has little memory.
  const KEPT_POINTS = 400_000;
  let kept = 0, at = 0;

  const number = () => {
    let byte = bytes[at++], value = byte & 127, shift = 7;
    while (byte > 127) {
      byte = bytes[at++];
      value |= (byte & 127) << shift;
      shift += 7;
    }
    return value;
  };
  const signed = () => {
    const value = number();
    return (value >>> 1) ^ -(value & 1);
  };

  /** Inflate the basemap, and read its names and its index. */
  const open = async () => {
    const element = document.getElementById("basemap"), text = (element?.textContent || "").trim();
    if (!text || ["DecompressionStream", "OffscreenCanvas"].some((name) => !(name in window))) return;
    element?.remove();
    const letters = atob(text), packed = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) packed[i] = letters.charCodeAt(i);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const view = new DataView(bytes.buffer), numbers = [3, 11, 19, 27, 35].map((place) => view.getFloat64(place, true));
    [edge[0], edge[1], quantum, edge[2], edge[3]] = numbers;
    at = 43;
    const utf8 = new TextDecoder();
    for (let left = number(); left > 0; left--) {
      const length = number();
      names.push(utf8.decode(bytes.subarray(at, at + length)));
      at += length;
    }
    total = number();
    /** @type {number[]} */
    const lengths = [];
    for (let left = number(); left > 0; left--) {
      const level = number(), west = signed(), north = signed();
      const box = [west, north, west + number(), north + number()];
      chunks.push({ level, box, shapes: number(), rings: number(), points: number(), at: 0 });
      lengths.push(number());
    }
    chunks.forEach((chunk, i) => {
      chunk.at = at;
      at += lengths[i];
    });
  };

  /** Read a chunk, in slices. @param {Chunk} chunk @returns {Generator<void, Shapes>} */
  const shapesOf = function* (chunk) {
    const known = read.get(chunk);
    if (known) {
      read.delete(chunk);
      read.set(chunk, known);
      return known;
    }
    /** @type {Shapes} */
    const found = {
      group: new Uint8Array(chunk.shapes), kind: new Uint8Array(chunk.shapes), name: new Int32Array(chunk.shapes),
      ring: new Int32Array(chunk.shapes + 1), start: new Int32Array(chunk.rings + 1),
      xy: new Int32Array(2 * chunk.points), box: new Int32Array(4 * chunk.shapes),
    };
    let x = chunk.box[0], y = chunk.box[1], ring = 0, end = 0, here = chunk.at, rest = 0;
    for (let i = 0; i < chunk.shapes; i++) {
      at = here;
      found.group[i] = number();
      found.kind[i] = number();
      found.name[i] = number();
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      for (let rings = number(); rings > 0; rings--) {
        for (let left = number(); left > 0; left--) {
          x += signed();
          y += signed();
          found.xy[end++] = x;
          found.xy[end++] = y;
          if (x < west) west = x;
          if (x > east) east = x;
          if (y < north) north = y;
          if (y > south) south = y;
        }
        found.start[++ring] = end >> 1;
      }
      found.ring[i + 1] = ring;
      found.box.set([west, north, east, south], 4 * i);
      here = at;
      if (end - rest > 4000) {
        rest = end;
        yield;
      }
    }
    // Another task may have read it while this one rested.
    if (!read.has(chunk)) kept += chunk.points;
    read.set(chunk, found);
    for (const old of read.keys()) {
      if (kept <= KEPT_POINTS || old === chunk) break;
      read.delete(old);
      kept -= old.points;
    }
    return found;
  };

  /** What touches a box, in quanta, at a zoom: chunks and numbers of shapes in them.
   * @param {number[]} box @param {number} zoom @returns {Generator<void, [Shapes, number[]][]>} */
  const within = function* (box, zoom) {
    /** @type {[Shapes, number[]][]} */
    const found = [];
    for (const chunk of chunks) {
      if (zoom < LEVELS[chunk.level] || !touch(chunk.box, 0, box)) continue;
      const shapes = yield* shapesOf(chunk), own = [];
      for (let i = 0; i < chunk.shapes; i++) if (touch(shapes.box, 4 * i, box)) own.push(i);
      if (own.length) found.push([shapes, own]);
    }
    return found;
  };

  /** @param {ArrayLike<number>} a @param {number} i @param {number[]} b */
  const touch = (a, i, b) => a[i] <= b[2] && a[i + 2] >= b[0] && a[i + 1] <= b[3] && a[i + 3] >= b[1];

  /** A box in pixels at a zoom, as quanta. @param {number[]} box @param {number} zoom */
  const quanta = (box, zoom) => box.map((value, i) => (value / 2 ** zoom - edge[i % 2]) / quantum);

  const ready = open();
  ready.then(() => { document.body.dataset.basemap = String(total); });

  /** Draw one tile, in slices. @param {OffscreenCanvas} tile @param {L.Point} corner @param {number} zoom
   * @param {number} size @param {number} ratio @returns {Generator<void, void>} */
  const draw = function* (tile, corner, zoom, size, ratio) {
    const margin = 24;
    const near = yield* within(quanta([corner.x - margin, corner.y - margin, corner.x + size + margin, corner.y + size + margin], zoom), zoom);
    const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (tile.getContext("2d")), paint = colours();
    const scale = 2 ** zoom * quantum, left = corner.x - edge[0] * 2 ** zoom, top = corner.y - edge[1] * 2 ** zoom;
    pen.scale(ratio, ratio);
    pen.fillStyle = paint.beyond;
    pen.fillRect(0, 0, size, size);
    pen.beginPath();
    pen.rect(-left, -top, edge[2] * 2 ** zoom, edge[3] * 2 ** zoom);
    pen.clip();
    pen.fillStyle = paint.land;
    pen.fillRect(0, 0, size, size);
    /** Trace what a test chooses, and paint it every so many points. @param {(group: number, kind: number) => boolean} chosen
     * @param {() => void} brush @returns {Generator<void, void>} */
    const trace = function* (chosen, brush) {
      let points = 0;
      pen.beginPath();
      for (const [shapes, own] of near) {
        for (const i of own) {
          if (!chosen(shapes.group[i], shapes.kind[i])) continue;
          for (let ring = shapes.ring[i]; ring < shapes.ring[i + 1]; ring++) {
            const end = shapes.start[ring + 1];
            for (let k = shapes.start[ring]; k < end; k++) {
              const x = shapes.xy[2 * k] * scale - left, y = shapes.xy[2 * k + 1] * scale - top;
              if (k === shapes.start[ring]) pen.moveTo(x, y);
              else pen.lineTo(x, y);
            }
            points += end - shapes.start[ring];
          }
          if (points > 600) {
            brush();
            yield;
            pen.beginPath();
            points = 0;
          }
        }
      }
      if (points) brush();
    };
    /** @param {number} group @param {string} colour */
    const fill = (group, colour) => trace((own) => own === group, () => {
      pen.fillStyle = colour;
      pen.fill("evenodd");
    });
    yield* fill(GROUP.park, paint.park);
    yield* fill(GROUP.water, paint.water);
    if (zoom >= 15) yield* fill(GROUP.building, paint.building);
    /** @param {number} group @param {number} kind @param {string} colour @param {number} width @param {number[]} dash */
    const stroke = (group, kind, colour, width, dash = []) => trace((g, k) => g === group && k === kind, () => {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.setLineDash(dash);
      pen.stroke();
    });
    pen.lineJoin = "round";
    pen.lineCap = "butt";
    if (zoom >= 13) yield* stroke(GROUP.railway, 0, paint.railway, 2.6);
    yield* stroke(GROUP.railway, 0, zoom >= 13 ? paint.land : paint.railway, 1.2, [6, 5]);
    pen.lineCap = "round";
    const growth = zoom >= 14 ? 1.55 ** (zoom - 14) : 0.82 ** (14 - zoom);
    for (const casing of [true, false]) {
      for (let kind = CLASSES.length - 1; kind >= 0; kind--) {
        if (zoom < CLASSES[kind][0]) continue;
        const width = Math.max(CLASSES[kind][1] * growth, 0.6);
        if (kind >= PATH) {
          const dash = kind === STEPS ? [2, 2] : kind === FERRY ? [7, 6] : [4, 3];
          if (!casing) yield* stroke(GROUP.street, kind, kind === FERRY ? paint.railway : paint.path, Math.min(width, 2.5), dash);
        } else if (casing) {
          if (zoom >= 13) yield* stroke(GROUP.street, kind, paint.casing, width + 1.4);
        } else {
          yield* stroke(GROUP.street, kind, kind <= 3 ? paint.main : zoom >= 13 ? paint.street : paint.casing, width);
        }
      }
    }
  };

  return {
    GROUP, CLASSES, names, ready, colours, within, quanta, draw,
    /** Whether there are streets to draw. */
    any: () => total > 0,
    /** Pixels at a zoom to a quantum, and of the corner. @param {number} zoom @returns {[number, number, number]} */
    scaled: (zoom) => [2 ** zoom * quantum, edge[0] * 2 ** zoom, edge[1] * 2 ** zoom],
    /** Call when colours change, until it is over. @param {() => void} redraw @param {AbortSignal} signal */
    onColours(redraw, signal) {
      dark.addEventListener("change", redraw, { signal });
      paper.addEventListener("change", () => {
        redraw();
        work.finish();
      }, { signal });
    },
  };
})();
