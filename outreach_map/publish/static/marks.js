// A team's marks: what became of stops, and new risks. In memory alone, until they are saved on purpose.
// @ts-check
"use strict";

/**
 * @typedef {{hotspot: string, date: string, begin: string, outcome: string, [counted: string]: string | number}} Mark
 * @typedef {{hotspot: string, date: string, note: string}} NewRisk
 */

const outreachMarks = (() => {
  const FORMAT = 1;
  const NAME = "note.txt";
  const LEAST_WORDS = 6;
  const LEAST_DIGITS = 24;
  const KEPT_MS = 10_000;
  /** @type {Map<string, Mark>} */
  const marks = new Map();
  /** @type {NewRisk[]} */
  const risks = [];
  let unsaved = false;

  /** What names a stop. @param {HTMLElement} stop */
  const keyOf = (stop) => `${stop.dataset.begin} ${stop.dataset.code}`;

  /** The mark of a stop, if any. @param {HTMLElement} stop */
  const of = (stop) => marks.get(keyOf(stop));

  /** Mark a stop. @param {HTMLElement} stop @param {string} outcome @param {Record<string, number>} counts */
  const mark = (stop, outcome, counts) => {
    const [date, begin] = (stop.dataset.begin || "").split("T");
    marks.set(keyOf(stop), { hotspot: stop.dataset.code || "", date, begin, outcome, ...counts });
    unsaved = true;
  };

  /** @param {HTMLElement} stop */
  const undo = (stop) => {
    marks.delete(keyOf(stop));
    unsaved = marks.size + risks.length > 0;
  };

  /** @param {NewRisk} risk */
  const note = (risk) => {
    risks.push(risk);
    unsaved = true;
  };

  const content = () => ({ marks: [...marks.values()], risks });

  /** All of it as text, to be sealed while the page is locked; empty where there is nothing. */
  const packed = () => (marks.size + risks.length ? JSON.stringify({ ...content(), unsaved }) : "");

  /** What `packed` gave. @param {string} text */
  const unpack = (text) => {
    if (!text) return;
    const found = JSON.parse(text);
    for (const one of found.marks) marks.set(`${one.date}T${one.begin} ${one.hotspot}`, one);
    risks.push(...found.risks);
    unsaved = found.unsaved;
  };

  /** Whether words, or digits, are enough to lock a file with. @param {string} typed */
  const enough = (typed) => {
    const words = outreachSeal.words(typed);
    if (/^[0-9]+$/.test(words)) return words.length >= LEAST_DIGITS && new Set(words).size >= LEAST_WORDS;
    return new Set(words.split(" ").filter((word) => word.length > 2)).size >= LEAST_WORDS;
  };

  /** Save all marks as a locked file. @param {(text: string) => Promise<Sealed>} seal */
  const save = async (seal) => {
    const { team, round } = document.body.dataset;
    const sealed = await seal(JSON.stringify({ format: FORMAT, team, round, ...content() }));
    const link = document.createElement("a");
    link.download = NAME;
    link.href = URL.createObjectURL(new Blob([JSON.stringify(sealed)], { type: "text/plain" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
    unsaved = false;
  };

  return {
    NAME, of, mark, undo, note, packed, unpack, enough, save, risks,
    get count() { return marks.size + risks.length; },
    get unsaved() { return unsaved; },
  };
})();
