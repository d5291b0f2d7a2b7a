// The map of a page: a basemap on canvas and layers from data in the page. No request is made.
// @ts-check
"use strict";

/**
 * @typedef {{kind: string, at: any, style: string, title: string, rows: [string, string][]}} Feature
 * @typedef {{group: number, kind: number, name: string, rings: Float64Array[], box: number[]}} Shape
 */

const outreach = (() => {
  const GROUP = { park: 0, water: 1, building: 2, railway: 3, street: 4, place: 5 };
  const STEPS = 12;
  const FERRY = 13;
  // By class of street: first zoom and width at zoom 14; from class 8 on they are paths.
  const STREETS = [
    [0, 4.5], [0, 4], [0, 3.5], [11, 3], [12, 2.4], [13, 1.8], [15, 1.2],
    [14, 1.6], [14, 0.9], [15, 0.8], [15, 0.7], [15, 0.7], [15, 1.1], [12, 0.8],
  ];
  const LIGHT = {
    land: "#f4f1ec", beyond: "#dedad3", park: "#d9e8cf", water: "#b5d3e7", building: "#e2dcd3", railway: "#b9b2a8",
    casing: "#cfc7bb", main: "#fbe3a6", street: "#ffffff", path: "#c9b8a0", text: "#3b3a38", halo: "#f4f1ec",
  };
  const DARK = {
    land: "#1d2125", beyond: "#121416", park: "#24312a", water: "#1c3547", building: "#2b3036", railway: "#4a4f55",
    casing: "#15181b", main: "#6d603c", street: "#474d55", path: "#3d4248", text: "#d5d8db", halo: "#1d2125",
  };
  const dark = window.matchMedia("screen and (prefers-color-scheme: dark)");
  const colours = () => (dark.matches ? DARK : LIGHT);

  /** Longitude and latitude to pixels of the world at zoom 0. @param {number} lon @param {number} lat */
  const world = (lon, lat) => {
    const sin = Math.sin((lat * Math.PI) / 180);
    return [((lon + 180) / 360) * 256, (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * 256];
  };

  /** The study area, beyond which nothing is drawn: west, north, east, south in pixels at zoom 0. */
  const edge = [0, 0, 256, 256];

  /** Inflate and decode the basemap; the form is described in layers/basemap.py. @returns {Promise<Shape[]>} */
  const decode = async () => {
    const text = (document.getElementById("basemap")?.textContent || "").trim();
    if (!text || !("DecompressionStream" in window)) return [];
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const view = new DataView(bytes.buffer);
    const [west, south, quantum, east, north] = [3, 11, 19, 27, 35].map((at) => view.getFloat64(at, true));
    [edge[0], edge[3]] = world(west, south);
    [edge[2], edge[1]] = world(east, north);
    let at = 43;
    const number = () => {
      let value = 0, scale = 1, byte;
      do {
        byte = bytes[at++];
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte > 127);
      return value;
    };
    const signed = () => {
      const value = number();
      return value % 2 ? -(value + 1) / 2 : value / 2;
    };
    const names = [""];
    for (let left = number(); left > 0; left--) {
      const length = number();
      names.push(new TextDecoder().decode(bytes.subarray(at, at + length)));
      at += length;
    }
    /** @type {Shape[]} */
    const shapes = [];
    let x = 0, y = 0;
    for (let groups = number(); groups > 0; groups--) {
      const group = number();
      for (let left = number(); left > 0; left--) {
        const shape = { group, kind: number(), name: names[number()], rings: [], box: [Infinity, Infinity, -Infinity, -Infinity] };
        for (let rings = number(); rings > 0; rings--) {
          const ring = new Float64Array(number() * 2);
          for (let i = 0; i < ring.length; i += 2) {
            x += signed();
            y += signed();
            const [px, py] = world(west + x * quantum, south + y * quantum);
            ring[i] = px;
            ring[i + 1] = py;
            shape.box[0] = Math.min(shape.box[0], px);
            shape.box[1] = Math.min(shape.box[1], py);
            shape.box[2] = Math.max(shape.box[2], px);
            shape.box[3] = Math.max(shape.box[3], py);
          }
          shape.rings.push(ring);
        }
        shapes.push(shape);
      }
    }
    return shapes;
  };

  const ready = decode();
  ready.then((shapes) => { document.body.dataset.basemap = String(shapes.length); });

  /** Trace a ring. @param {CanvasRenderingContext2D} pen @param {Float64Array} ring */
  const trace = (pen, ring, scale, left, top) => {
    for (let i = 0; i < ring.length; i += 2) {
      const px = ring[i] * scale - left, py = ring[i + 1] * scale - top;
      if (i) pen.lineTo(px, py); else pen.moveTo(px, py);
    }
  };

  /** Draw one tile. @param {HTMLCanvasElement} tile @param {Shape[]} shapes */
  const draw = (tile, shapes, corner, zoom, size, ratio) => {
    const pen = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
    const paint = colours(), scale = 2 ** zoom, left = corner.x, top = corner.y;
    pen.scale(ratio, ratio);
    pen.fillStyle = paint.beyond;
    pen.fillRect(0, 0, size, size);
    const [x0, y0, x1, y1] = edge.map((v, i) => v * scale - (i % 2 ? top : left));
    pen.beginPath();
    pen.rect(x0, y0, x1 - x0, y1 - y0);
    pen.clip();
    pen.fillStyle = paint.land;
    pen.fillRect(0, 0, size, size);
    const margin = 24, box = [left - margin, top - margin, left + size + margin, top + size + margin].map((v) => v / scale);
    const near = shapes.filter((s) => s.box[2] >= box[0] && s.box[0] <= box[2] && s.box[3] >= box[1] && s.box[1] <= box[3]);
    const fill = (group, colour) => {
      pen.fillStyle = colour;
      pen.beginPath();
      for (const shape of near) {
        if (shape.group !== group) continue;
        for (const ring of shape.rings) trace(pen, ring, scale, left, top);
      }
      pen.fill("evenodd");
    };
    fill(GROUP.park, paint.park);
    fill(GROUP.water, paint.water);
    if (zoom >= 15) fill(GROUP.building, paint.building);
    const stroke = (chosen, colour, width, dash = []) => {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.setLineDash(dash);
      pen.beginPath();
      for (const shape of chosen) trace(pen, shape.rings[0], scale, left, top);
      pen.stroke();
    };
    pen.lineJoin = "round";
    pen.lineCap = "butt";
    stroke(near.filter((s) => s.group === GROUP.railway), paint.railway, 1.2, [5, 3]);
    pen.lineCap = "round";
    const streets = near.filter((s) => s.group === GROUP.street && zoom >= STREETS[s.kind][0]);
    const growth = zoom >= 14 ? 1.55 ** (zoom - 14) : 0.82 ** (14 - zoom);
    for (const casing of [true, false]) {
      for (let kind = STREETS.length - 1; kind >= 0; kind--) {
        const own = streets.filter((s) => s.kind === kind);
        if (!own.length) continue;
        const width = Math.max(STREETS[kind][1] * growth, 0.6);
        if (kind >= 8) {
          const dash = kind === STEPS ? [2, 2] : kind === FERRY ? [7, 6] : [4, 3];
          if (!casing) stroke(own, kind === FERRY ? paint.railway : paint.path, Math.min(width, 2.5), dash);
        } else if (casing) {
          if (zoom >= 13) stroke(own, paint.casing, width + 1.4);
        } else {
          stroke(own, kind <= 3 ? paint.main : zoom >= 13 ? paint.street : paint.casing, width);
        }
      }
    }
  };

  const Tiles = L.GridLayer.extend({
    createTile(coords, done) {
      const tile = document.createElement("canvas");
      const size = this.getTileSize().x, ratio = Math.min(window.devicePixelRatio || 1, 2);
      tile.width = tile.height = size * ratio;
      ready.then((shapes) => {
        draw(tile, shapes, coords.scaleBy(this.getTileSize()), coords.z, size, ratio);
        done(null, tile);
      });
      return tile;
    },
  });

  const Labels = L.Layer.extend({
    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", "labels leaflet-zoom-hide");
      map.getPane("names").append(this._canvas);
      map.on("moveend zoomend resize", this._draw, this);
      ready.then(() => this._draw());
    },
    onRemove(map) {
      this._canvas.remove();
      map.off("moveend zoomend resize", this._draw, this);
    },
    async _draw() {
      const shapes = await ready, map = this._map;
      if (!map) return;
      const size = map.getSize(), ratio = Math.min(window.devicePixelRatio || 1, 2), canvas = this._canvas;
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      const pen = canvas.getContext("2d"), paint = colours(), zoom = map.getZoom();
      pen.scale(ratio, ratio);
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      const origin = map.project(map.containerPointToLatLng([0, 0]), zoom), scale = 2 ** zoom;
      /** @type {number[][]} */
      const taken = [];
      const write = (text, x, y, angle, width, height) => {
        const w = (Math.abs(Math.cos(angle)) * width + Math.abs(Math.sin(angle)) * height) / 2 + 2;
        const h = (Math.abs(Math.sin(angle)) * width + Math.abs(Math.cos(angle)) * height) / 2 + 2;
        const box = [x - w, y - h, x + w, y + h];
        if (box[0] < 0 || box[1] < 0 || box[2] > size.x || box[3] > size.y) return;
        if (taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])) return;
        taken.push(box);
        pen.save();
        pen.translate(x, y);
        pen.rotate(angle);
        pen.strokeStyle = paint.halo;
        pen.lineWidth = 3;
        pen.strokeText(text, 0, 0);
        pen.fillStyle = paint.text;
        pen.fillText(text, 0, 0);
        pen.restore();
      };
      const places = shapes.filter((s) => s.group === GROUP.place && zoom <= (s.kind < 2 ? 15 : 16) && zoom >= (s.kind < 2 ? 8 : 12));
      for (const place of places.sort((a, b) => a.kind - b.kind)) {
        pen.font = `${place.kind < 2 ? "600 15px" : "500 12px"} system-ui, sans-serif`;
        const [x, y] = [place.rings[0][0] * scale - origin.x, place.rings[0][1] * scale - origin.y];
        write(place.name, x, y, 0, pen.measureText(place.name).width, 16);
      }
      if (zoom < 15) return;
      pen.font = "11px system-ui, sans-serif";
      const named = new Set();
      for (let i = shapes.length - 1; i >= 0; i--) {
        const street = shapes[i];
        if (street.group !== GROUP.street || !street.name || named.has(street.name)) continue;
        const ring = street.rings[0];
        let best = 0, where = null;
        for (let k = 2; k < ring.length; k += 2) {
          const [ax, ay] = [ring[k - 2] * scale - origin.x, ring[k - 1] * scale - origin.y];
          const [bx, by] = [ring[k] * scale - origin.x, ring[k + 1] * scale - origin.y];
          const length = Math.hypot(bx - ax, by - ay), [x, y] = [(ax + bx) / 2, (ay + by) / 2];
          if (length > best && x > 0 && y > 0 && x < size.x && y < size.y) {
            best = length;
            where = [x, y, Math.atan2(by - ay, bx - ax)];
          }
        }
        if (!where) continue;
        const width = pen.measureText(street.name).width;
        if (best < width * 0.6) continue;
        const angle = Math.abs(where[2]) > Math.PI / 2 ? where[2] + Math.PI : where[2];
        const before = taken.length;
        write(street.name, where[0], where[1], angle, width, 13);
        if (taken.length > before) named.add(street.name);
      }
    },
  });

  /** Content of a popup, all of it set as text. @param {Feature} feature @param {any} layer */
  const popup = (feature, layer) => {
    const box = document.createElement("div"), head = document.createElement("p");
    head.className = "title";
    head.textContent = feature.title;
    const table = document.createElement("dl");
    table.className = "rows";
    for (const [name, value] of feature.rows) {
      const term = document.createElement("dt"), text = document.createElement("dd");
      term.textContent = name;
      text.textContent = value;
      table.append(term, text);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = said("close");
    close.addEventListener("click", () => layer.closePopup());
    box.append(head, table, close);
    box.className = "told";
    box.tabIndex = 0;
    return box;
  };

  /** A shape that the tab key reaches and that Enter opens, with a name. @param {any} layer @param {string} title */
  const byKeyboard = (layer, title) =>
    layer.on("add", () => {
      const drawn = layer.getElement();
      drawn.setAttribute("tabindex", "0");
      drawn.setAttribute("role", "button");
      drawn.setAttribute("aria-label", title);
      drawn.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        layer.fire("click", { latlng: layer.getCenter() }, true);
      });
    });

  /** @param {Feature} feature */
  const shape = (feature) => {
    const options = { className: `f ${feature.style}`, weight: 2, bubblingMouseEvents: false };
    if (feature.kind === "area") return byKeyboard(L.polygon(feature.at, options), feature.title);
    if (feature.kind === "line") {
      // A second, wide and clear line under the drawn one is easier to hit with a thumb.
      return L.featureGroup([
        L.polyline(feature.at, { className: `f casing ${feature.style}`, interactive: false }),
        byKeyboard(L.polyline(feature.at, { ...options, fill: false }), feature.title),
      ]);
    }
    const sign = document.createElement("span");
    sign.textContent = feature.style === "point-closed" ? "×" : "+";
    const icon = L.divIcon({ className: `sign ${feature.style}`, html: sign, iconSize: [24, 24] });
    return L.marker(feature.at, { icon, title: feature.title, alt: feature.title });
  };

  return {
    /** A layer from the data of the page. @param {string} key */
    layer(key) {
      /** @type {Feature[]} */
      const features = JSON.parse(document.getElementById(`data-${key}`)?.textContent || "[]");
      return L.layerGroup(features.map((feature) => shape(feature).bindPopup((/** @type {any} */ layer) => popup(feature, layer), { maxWidth: 280, closeButton: false })));
    },
    /** The basemap and its names. */
    basemap() {
      const tiles = new Tiles({ tileSize: 256, maxZoom: 18, updateWhenZooming: false, keepBuffer: 1, className: "basemap" });
      const group = L.layerGroup([tiles]);
      group.on("add", () => {
        const map = group._map;
        map.createPane("names").classList.add("names");
        map.attributionControl.setPrefix(false).addAttribution(said("streets_by"));
        new Labels().addTo(map);
        map.getContainer().addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
          if (event.key === "Escape") map.closePopup();
        });
        ready.then((shapes) => {
          if (!shapes.length) map.attributionControl.addAttribution(said("old_browser"));
        });
        dark.addEventListener("change", () => { tiles.redraw(); map.fire("moveend"); });
      });
      return group;
    },
  };
})();
