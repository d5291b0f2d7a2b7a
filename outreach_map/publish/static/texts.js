// What scripts say, in the language of the page: said("close"), said("stops", { count: 3 }).
// @ts-check
"use strict";

/** @type {(name: string, values?: Record<string, string | number>) => string} */
const said = (() => {
  /** @type {Record<string, string | Record<string, string>>} */
  const texts = JSON.parse(document.getElementById("texts")?.textContent || "{}");
  const language = document.documentElement.lang;
  const form = new Intl.PluralRules(language), number = new Intl.NumberFormat(language, { useGrouping: false });
  return (name, values = {}) => {
    const found = texts[name];
    if (found === undefined) throw new Error(`no text ${name}`);
    const text = typeof found === "string" ? found : found[form.select(Number(values.count))] ?? found.other;
    return text.replace(/\{(\w+)\}/g, (_, /** @type {string} */ key) => {
      const value = values[key];
      return typeof value === "number" ? number.format(value) : value;
    });
  };
})();

document.addEventListener("DOMContentLoaded", () => {
  // Leaflet speaks English.
  const controls = { ".leaflet-control-zoom-in": "zoom_in", ".leaflet-control-zoom-out": "zoom_out", ".leaflet-control-layers-toggle": "layers" };
  for (const [where, name] of Object.entries(controls)) {
    for (const control of document.querySelectorAll(where)) {
      control.setAttribute("title", said(name));
      control.setAttribute("aria-label", said(name));
    }
  }
});
