// The map of a page: the basemap and layers from data in the page. No request is made.
// @ts-check
"use strict";

/**
 * A shape of a layer. An area and a line have lists of places, a place is one: latitude, longitude.
 * @typedef {{kind: "area", at: L.LatLngTuple[][][]} | {kind: "line", at: L.LatLngTuple[]} | {kind: "place", at: L.LatLngTuple}} Drawn
 * @typedef {Drawn & {style: string, title: string, rows: [string, string][]}} Feature
 */

const outreach = (() => {
  // A tile is drawn here, and its picture then put into its place: a canvas that is drawn on is copied whole whenever
  // anything near it moves, a picture once.
  const scratch = "OffscreenCanvas" in window ? new OffscreenCanvas(1, 1) : undefined;

  /** Tiles that are drawn in slices; one that is not needed any more is not drawn to its end. */
  class Tiles extends L.GridLayer {
    /** @type {Set<HTMLElement>} */
    wanted = new Set();

    /** @param {L.GridLayerOptions} options */
    constructor(options) {
      super(options);
      this.on("tileunload", (event) => this.wanted.delete(event.tile));
    }

    /** @override @param {L.Coords} coords @param {L.DoneCallback} done */
    createTile(coords, done) {
      const tile = document.createElement("canvas"), { wanted } = this;
      const size = this.getTileSize(), ratio = Math.min(window.devicePixelRatio || 1, 2);
      tile.width = tile.height = size.x * ratio;
      wanted.add(tile);
      const task = function* () {
        if (!wanted.has(tile) || !scratch) return;
        // One piece of work ends before the next begins; to set the size clears it.
        scratch.width = scratch.height = size.x * ratio;
        const drawing = streets.draw(scratch, coords.scaleBy(size), coords.z, size.x, ratio);
        while (wanted.has(tile) && !drawing.next().done) yield;
        yield* work.turn();
        if (!wanted.has(tile)) return;
        tile.getContext("bitmaprenderer")?.transferFromImageBitmap(scratch.transferToImageBitmap());
        done(undefined, tile);
      };
      // At once where it can be, so that paper gets its tiles before it is printed.
      if (streets.any()) work.add(task());
      else streets.ready.then(() => work.add(task()));
      return tile;
    }
  }

  /** Content of a popup, all of it set as text. @param {Feature} feature @param {L.Layer} layer */
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

  /** A shape that the tab key reaches and that Enter opens, with a name. @param {L.Polyline<any>} layer @param {string} title */
  const byKeyboard = (layer, title) =>
    layer.on("add", () => {
      const drawn = layer.getElement();
      if (!drawn) return;
      drawn.setAttribute("tabindex", "0");
      drawn.setAttribute("role", "button");
      drawn.setAttribute("aria-label", title);
      drawn.addEventListener("keydown", (event) => {
        const { key } = /** @type {KeyboardEvent} */ (event);
        if (key !== "Enter" && key !== " ") return;
        event.preventDefault();
        layer.fire("click", { latlng: layer.getCenter() }, true);
      });
    });

  /** What holds the shapes: all of each, whatever is in view, so that a pan changes nothing of them. */
  class Shapes extends L.SVG {
    seen = "";

    _update() {
      const map = map_outreach, seen = [map.getZoom(), map.getPixelOrigin(), map.getSize()].join(" ");
      if (seen === this.seen) return;
      this.seen = seen;
      /** @type {any} */ (L.SVG.prototype)._update.call(this);
    }
  }
  const renderer = new Shapes();

  /** @param {Feature} feature */
  const shape = (feature) => {
    // How it looks is for the style to say.
    const options = { renderer, className: `f ${feature.style}`, stroke: false, fill: false, noClip: true, bubblingMouseEvents: false };
    if (feature.kind === "area") return byKeyboard(L.polygon(feature.at, options), feature.title);
    if (feature.kind === "line") return byKeyboard(L.polyline(feature.at, options), feature.title);
    const sign = document.createElement("span");
    sign.textContent = feature.style === "point-closed" ? "×" : "+";
    const icon = L.divIcon({ className: `sign ${feature.style}`, html: sign, iconSize: [24, 24] });
    return L.marker(feature.at, { icon, title: feature.title, alt: feature.title });
  };

  /** What is still to be made of the layers. @type {Generator<void, void>[]} */
  const making = [];

  /** Make the shapes of a layer, one after the other. @param {L.LayerGroup} group @param {string} key @returns {Generator<void, void>} */
  const made = function* (group, key) {
    /** @type {Feature[]} */
    const features = JSON.parse(document.getElementById(`data-${key}`)?.textContent || "[]");
    for (const feature of features) {
      group.addLayer(shape(feature).bindPopup((layer) => popup(feature, layer), { maxWidth: 280, closeButton: false }));
      yield;
    }
    // Below all ways of a layer one wide, light line: they stand out from the streets.
    const ways = features.flatMap((feature) => (feature.kind === "line" ? [feature.at] : []));
    if (!ways.length) return;
    const casing = L.polyline(ways, { renderer, className: `f casing ${features[0].style}`, stroke: false, noClip: true, interactive: false });
    group.addLayer(casing.on("add", () => casing.bringToBack()));
  };

  /** Show what waited for the map, a part at a time. @returns {Generator<string, void>} */
  const shown = function* () {
    for (const part of document.querySelectorAll("#list > section, .later")) {
      part.classList.add("shown");
      yield work.FRAME;
    }
    document.body.dataset.drawn = "";
  };

  /** Make what is left of the layers, in slices. @returns {Generator<void, void>} */
  const rest = function* () {
    while (making.length) {
      if (making[0].next().done) making.shift();
      yield;
    }
  };

  return {
    /** A layer of the data of the page; its shapes are made when the first tiles are drawn. @param {string} key */
    layer(key) {
      const group = L.layerGroup();
      making.push(made(group, key));
      return group;
    },
    /** Make the shapes of all layers now. */
    whole() {
      for (const step = rest(); !step.next().done;);
    },
    /** The basemap and its names. */
    basemap() {
      const tiles = new Tiles({ tileSize: 256, maxZoom: 18, updateWhenZooming: false, keepBuffer: 1, className: "basemap" });
      tiles.on("add", () => {
        const map = map_outreach;
        map.createPane("names").classList.add("names");
        map.attributionControl.setPrefix(false).addAttribution(said("streets_by"));
        const names = labels.follow(map);
        map.getContainer().addEventListener("keydown", (event) => {
          if (event.key === "Escape") map.closePopup();
        });
        streets.ready.then(() => {
          if (!streets.any()) map.attributionControl.addAttribution(said("old_browser"));
          // First the streets, then what lies over them, then names that keep clear of it.
          work.add(rest());
          work.add(function* () {
            names();
            yield;
            work.add(shown());
          }());
        });
        const { signal } = outreachPage.over;
        streets.onColours(() => {
          tiles.redraw();
          names();
        }, signal);
        // On paper the map shows the middle of what it shows on the screen, as wide as the sheet; it measures itself when it is told to.
        let center = map.getCenter(), zoom = map.getZoom();
        addEventListener("beforeprint", () => {
          const { x, y } = map.getSize(), half = Math.min(x, y) / 2;
          const corners = [-half, half].map((to) => map.containerPointToLatLng([x / 2 + to, y / 2 + to]));
          const seen = L.latLngBounds(corners[0], corners[1]);
          [center, zoom] = [map.getCenter(), map.getZoom()];
          document.body.classList.add("paper");
          map.invalidateSize({ animate: false }).fitBounds(seen, { animate: false });
          work.finish();
        }, { signal });
        addEventListener("afterprint", () => {
          document.body.classList.remove("paper");
          map.invalidateSize({ animate: false }).setView(center, zoom, { animate: false });
        }, { signal });
      });
      return tiles;
    },
  };
})();
