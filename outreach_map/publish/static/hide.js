// Hide: one tap, or Escape twice, puts an empty note in place of the page, with no way back to it.
// @ts-check
"use strict";

const outreachHide = (() => {
  const TWICE_MS = 800;
  let escaped = 0;

  const hide = () => {
    const button = /** @type {HTMLElement | null} */ (document.querySelector("[data-note]"));
    const name = button?.dataset.note || "Notes";
    // Emptied first, so that nothing is seen even where the browser takes its time for the rest.
    document.title = name;
    document.head.querySelectorAll("style").forEach((style) => style.remove());
    for (const { name: attribute } of [...document.body.attributes]) document.body.removeAttribute(attribute);
    document.body.replaceChildren();
    const note = document.implementation.createHTMLDocument(name);
    note.documentElement.lang = document.documentElement.lang;
    note.documentElement.dir = document.documentElement.dir;
    for (const [key, value] of [["viewport", "width=device-width, initial-scale=1"], ["color-scheme", ["light", "dark"].join(" ")]]) {
      const meta = note.createElement("meta");
      meta.name = key;
      meta.content = value;
      note.head.append(meta);
    }
    const paper = note.createElement("textarea");
    paper.rows = 20;
    paper.cols = 36;
    paper.setAttribute("aria-label", name);
    note.body.append(paper);
    // In place of this page in the history: back and forward lead elsewhere, or to the note.
    // eslint-disable-next-line no-restricted-properties -- read and not set: the note is what this made
    location.replace(URL.createObjectURL(new Blob([`<!doctype html>${note.documentElement.outerHTML}`], { type: "text/html;charset=utf-8" })));
  };

  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-note]")) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const now = Date.now();
    if (now - escaped < TWICE_MS) hide();
    escaped = now;
  }, true);
  // A page that the browser kept while another was looked at is opened afresh.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  return hide;
})();
