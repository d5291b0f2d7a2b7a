// Names on the map: places first, then streets along their lines, none over another.
// @ts-check
"use strict";

const labels = (() => {
  const FONT = "system-ui, sans-serif";
  const SIZE = 12, APART = 320, CELL = 6;
  // Letters of these scripts join or stack: their words are drawn whole, on a straight piece of the street.
  const JOINED = /[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u18af\ua9e0-\uaaff\ufb1d-\ufdff\ufe70-\ufeff]/;

  /** Which small squares of the view are taken. @param {number} width @param {number} height */
  const occupancy = (width, height) => {
    const columns = Math.ceil(width / CELL), rows = Math.ceil(height / CELL), taken = new Uint8Array(columns * rows);
    /** @param {number[]} box @param {boolean} take */
    const visit = (box, take) => {
      const [west, north, east, south] = box.map((value) => Math.floor(value / CELL));
      for (let row = Math.max(north, 0); row <= Math.min(south, rows - 1); row++) {
        for (let column = Math.max(west, 0); column <= Math.min(east, columns - 1); column++) {
          if (take) taken[row * columns + column] = 1;
          else if (taken[row * columns + column]) return false;
        }
      }
      return true;
    };
    return {
      /** Leave a box free of names. @param {number[]} box */
      keep: (box) => visit(box, true),
      /** Take boxes, if all lie in the view and are free. @param {number[][]} boxes */
      take(boxes) {
        if (!boxes.every((box) => box[0] >= 0 && box[1] >= 0 && box[2] <= width && box[3] <= height && visit(box, false))) return false;
        boxes.forEach((box) => visit(box, true));
        return true;
      },
    };
  };

  /** A line of pixels with the way to each point. @param {number[]} xy */
  const measured = (xy) => {
    const along = [0];
    for (let i = 2; i < xy.length; i += 2) along.push(along[i / 2 - 1] + Math.hypot(xy[i] - xy[i - 2], xy[i + 1] - xy[i - 1]));
    /** Place and direction after a way. @param {number} way */
    const place = (way) => {
      let low = 1, high = along.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (along[middle] < way) low = middle + 1;
        else high = middle;
      }
      const i = 2 * low, part = (way - along[low - 1]) / (along[low] - along[low - 1] || 1);
      const dx = xy[i] - xy[i - 2], dy = xy[i + 1] - xy[i - 1];
      return [xy[i - 2] + part * dx, xy[i - 1] + part * dy, Math.atan2(dy, dx)];
    };
    return { length: along[along.length - 1], place };
  };

  /** An angle between -π and π. @param {number} angle */
  const turned = (angle) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

  /** Letters along a line about its way `middle`, upright; nothing where it bends too much.
   * @param {ReturnType<typeof measured>} line @param {number} middle @param {[string, number][]} letters @param {number} width */
  const lettered = (line, middle, letters, width) => {
    const from = line.place(middle - width / 2), to = line.place(middle + width / 2);
    const back = to[0] < from[0];
    let way = middle + (back ? width : -width) / 2, before = NaN;
    const set = [];
    for (const [letter, wide] of letters) {
      const [x, y, angle] = line.place(way + (back ? -wide : wide) / 2);
      const upright = turned(back ? angle + Math.PI : angle);
      if (Math.abs(turned(upright - before)) > 0.45 || Math.abs(upright) > 1.75) return null;
      set.push({ text: letter, x, y, angle: upright });
      before = upright;
      way += back ? -wide : wide;
    }
    return set;
  };

  /** The names of a view, in slices. @param {CanvasRenderingContext2D} pen @param {L.Point} origin @param {L.Point} size
   * @param {number} zoom @param {number[][]} signs What names keep clear of.
   * @returns {Generator<void, {text: string, x: number, y: number, angle: number, font: string}[]>} */
  const placed = function* (pen, origin, size, zoom, signs) {
    const { GROUP, CLASSES, names } = streets;
    const view = [origin.x, origin.y, origin.x + size.x, origin.y + size.y];
    const near = yield* streets.within(streets.quanta(view, zoom), Math.min(zoom, 14.9));
    const [scale, west, north] = streets.scaled(zoom), left = origin.x - west, top = origin.y - north;
    const free = occupancy(size.x, size.y), found = [];
    signs.forEach(free.keep);

    const places = near.flatMap(([shapes, own]) => own.filter((i) => shapes.group[i] === GROUP.place).map((i) => ({ shapes, i, kind: shapes.kind[i] })));
    for (const { shapes, i, kind } of places.sort((a, b) => a.kind - b.kind)) {
      const town = kind < 2;
      if (zoom > (town ? 15 : 16) || zoom < (town ? 8 : kind < 5 ? 12 : 13)) continue;
      const font = `${town ? "600 15px" : "500 13px"} ${FONT}`, text = names[shapes.name[i]], point = 2 * shapes.start[shapes.ring[i]];
      pen.font = font;
      const wide = pen.measureText(text).width / 2 + 3, x = shapes.xy[point] * scale - left, y = shapes.xy[point + 1] * scale - top;
      if (free.take([[x - wide, y - 10, x + wide, y + 10]])) found.push({ text, x, y, angle: 0, font });
    }
    yield;
    if (zoom < 13.5) return found;

    const font = `${SIZE}px ${FONT}`;
    pen.font = font;
    /** @type {Map<string, number>} */
    const widths = new Map();
    const widthOf = (/** @type {string} */ text) => {
      let width = widths.get(text);
      if (width === undefined) widths.set(text, (width = pen.measureText(text).width));
      return width;
    };
    /** Where a name stands already. @type {Map<number, number[][]>} */
    const standing = new Map();
    // Main roads before side streets.
    const last = zoom < 15 ? 4 : zoom < 16 ? 5 : CLASSES.length - 1;
    let looked = 0;
    for (let kind = 0; kind <= last; kind++) {
      for (const [shapes, own] of near) {
        for (const i of own) {
          if (shapes.group[i] !== GROUP.street || shapes.kind[i] !== kind || !shapes.name[i]) continue;
          if (++looked % 40 === 0) yield;
          const start = shapes.start[shapes.ring[i]], end = shapes.start[shapes.ring[i] + 1], xy = [];
          for (let k = start; k < end; k++) xy.push(shapes.xy[2 * k] * scale - left, shapes.xy[2 * k + 1] * scale - top);
          const text = names[shapes.name[i]], whole = JOINED.test(text);
          const line = measured(xy);
          if (line.length < 20) continue;
          /** @type {[string, number][]} */
          const letters = whole ? [] : [...text].map((letter) => [letter, widthOf(letter)]);
          const width = whole ? widthOf(text) : letters.reduce((sum, [, wide]) => sum + wide, 0);
          if (line.length < width + 8) continue;
          const others = standing.get(shapes.name[i]) ?? [];
          // Try the middle first, then further out.
          const step = Math.max(width / 2, 40), tries = Math.min(Math.floor((line.length - width) / 2 / step), 60);
          for (let n = 0; n <= 2 * tries; n++) {
            const middle = line.length / 2 + (n % 2 ? -1 : 1) * Math.ceil(n / 2) * step, [mx, my, angle] = line.place(middle);
            if (mx < 0 || my < 0 || mx > size.x || my > size.y) continue;
            if (others.some(([x, y]) => Math.hypot(x - mx, y - my) < APART)) continue;
            const bent = Math.abs(turned(line.place(middle - width / 2)[2] - angle)) + Math.abs(turned(line.place(middle + width / 2)[2] - angle));
            if (whole && bent > 0.3) continue;
            const straight = turned(Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle);
            const set = whole ? [{ text, x: mx, y: my, angle: straight }] : lettered(line, middle, letters, width);
            if (!set) continue;
            const boxes = [];
            const pieces = whole ? Math.ceil(width / SIZE) : 0;
            for (let p = 0; p < pieces; p++) {
              const way = (p + 0.5) * (width / pieces) - width / 2, x = mx + way * Math.cos(straight), y = my + way * Math.sin(straight);
              boxes.push([x - 7, y - 7, x + 7, y + 7]);
            }
            if (!whole) for (const { x, y } of set) boxes.push([x - 6, y - 6, x + 6, y + 6]);
            if (!free.take(boxes)) continue;
            for (const one of set) found.push({ ...one, font });
            others.push([mx, my]);
            standing.set(shapes.name[i], others);
          }
        }
      }
    }
    return found;
  };

  /** Where markers stand in the view. @param {L.Map} map */
  const signed = (map) => {
    /** @type {number[][]} */
    const boxes = [];
    map.eachLayer((layer) => {
      if (!(layer instanceof L.Marker)) return;
      const { x, y } = map.latLngToContainerPoint(layer.getLatLng());
      boxes.push([x - 13, y - 13, x + 13, y + 13]);
    });
    return boxes;
  };

  /** The names of the view, over the areas of a page and under its signs: in strips, for to paint all of them in one
   * frame would be one long task. @param {L.Map} map */
  const follow = (map) => {
    const STRIP = 200, REACH = 20;
    let round = 0;
    const pane = /** @type {HTMLElement} */ (map.getPane("names")), measure = document.createElement("canvas").getContext("2d");
    // As of tiles, a picture of each strip is put into its place.
    const scratch = "OffscreenCanvas" in window ? new OffscreenCanvas(1, 1) : undefined;
    const pen = scratch?.getContext("2d");
    /** @param {number} mine @returns {Generator<string | void, void>} */
    const draw = function* (mine) {
      if (mine !== round || !measure || !scratch || !pen) return;
      const size = map.getSize(), zoom = map.getZoom(), ratio = Math.min(window.devicePixelRatio || 1, 2);
      if (!size.x || !size.y) return;
      const origin = map.project(map.containerPointToLatLng([0, 0]), zoom), corner = map.containerPointToLayerPoint([0, 0]);
      const steps = placed(measure, origin, size, zoom, signed(map));
      let step = steps.next();
      while (!step.done) {
        yield;
        if (mine !== round) return;
        step = steps.next();
      }
      const paint = streets.colours(), before = [...pane.children], fresh = [];
      for (let top = 0; top < size.y; top += STRIP) {
        const strip = document.createElement("canvas"), height = Math.min(STRIP, size.y - top);
        strip.className = "labels leaflet-zoom-hide";
        strip.width = scratch.width = size.x * ratio;
        strip.height = scratch.height = height * ratio;
        Object.assign(strip.style, { width: `${size.x}px`, height: `${height}px`, opacity: "0.01" });
        Object.assign(pen, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 3, strokeStyle: paint.halo, fillStyle: paint.text });
        const own = step.value.filter(({ y, text, angle }) => Math.abs(y - top - height / 2) < height / 2 + REACH + Math.abs(Math.sin(angle)) * SIZE * text.length);
        // All halos before any text: a halo never covers the letter beside it.
        for (const write of [pen.strokeText, pen.fillText]) {
          for (const { text, x, y, angle, font } of own) {
            if (pen.font !== font) pen.font = font;
            const cosine = Math.cos(angle) * ratio, sine = Math.sin(angle) * ratio;
            pen.setTransform(cosine, sine, -sine, cosine, x * ratio, (y - top) * ratio);
            write.call(pen, text, 0, 0);
          }
          yield;
        }
        yield* work.turn();
        if (mine !== round) break;
        strip.getContext("bitmaprenderer")?.transferFromImageBitmap(scratch.transferToImageBitmap());
        L.DomUtil.setPosition(strip, corner.add([0, top]));
        pane.append(strip);
        fresh.push(strip);
      }
      // All at once, when each is painted; what is not seen at all would not be.
      if (mine !== round) fresh.forEach((strip) => strip.remove());
      else {
        before.forEach((strip) => strip.remove());
        fresh.forEach((strip) => { strip.style.opacity = ""; });
      }
    };
    let gone = false;
    const redraw = () => {
      if (gone) return;
      round += 1;
      work.add(draw(round));
    };
    // Layers go after the map itself when a page is locked again: there is nothing to draw on then.
    map.on("unload", () => {
      gone = true;
      round += 1;
    });
    map.on("zoomstart", () => {
      round += 1;
      pane.replaceChildren();
    });
    map.on("moveend zoomend resize", redraw);
    /** @param {L.LayerEvent} event */
    const ofSigns = ({ layer }) => {
      if (layer instanceof L.Marker) redraw();
    };
    map.on("layeradd", ofSigns).on("layerremove", ofSigns);
    return redraw;
  };

  return { follow };
})();
