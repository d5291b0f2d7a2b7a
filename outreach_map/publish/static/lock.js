// A locked page: asks for the passphrase, opens the page in memory, and shows it in this one's place.
// @ts-check
"use strict";

(() => {
  const SALT = 16, NONCE = 12;
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const text = (/** @type {string} */ id) => byId(id).textContent || "";
  const bytes = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  /** @type {Record<string, string>} */
  const said = JSON.parse(text("texts"));
  const nonce = /** @type {HTMLScriptElement} */ (document.currentScript).nonce;
  const form = /** @type {HTMLFormElement} */ (byId("lock"));
  const words = /** @type {HTMLInputElement} */ (byId("words"));
  const open = /** @type {HTMLButtonElement} */ (byId("open"));

  /** Say something below the button. @param {string} sentence @param {"" | "bad"} kind */
  const say = (sentence, kind = "bad") => {
    byId("said").textContent = sentence;
    byId("said").dataset.kind = kind;
  };

  const missing = () => {
    if (!window.crypto?.subtle) return said.no_crypto;
    if (!("DecompressionStream" in window)) return said.too_old;
    return "";
  };

  /** Whether the file is as it was written: its parts and their sum agree. */
  const whole = async () => {
    const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text("head") + text("body")));
    return btoa(String.fromCharCode(...new Uint8Array(sum))) === text("check");
  };

  /** The page's HTML. @param {string} phrase @returns {Promise<string>} */
  const unsealed = async (phrase) => {
    const head = text("head");
    const raw = bytes(text("body"));
    const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(phrase), "PBKDF2", false, ["deriveKey"]);
    const derivation = { name: "PBKDF2", hash: "SHA-256", salt: raw.slice(0, SALT), iterations: JSON.parse(head).rounds };
    const key = await crypto.subtle.deriveKey(derivation, secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    const sealed = { name: "AES-GCM", iv: raw.slice(SALT, SALT + NONCE), additionalData: new TextEncoder().encode(head) };
    const packed = await crypto.subtle.decrypt(sealed, key, raw.slice(SALT + NONCE));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).text();
  };

  /** Put the opened page in this one's place. Its scripts run by this file's own nonce. @param {string} html */
  const show = (html) => {
    const inner = new DOMParser().parseFromString(html, "text/html");
    const carried = (/** @type {"style" | "script"} */ name, /** @type {Element} */ old) => {
      const fresh = document.createElement(name);
      fresh.nonce = nonce;
      fresh.textContent = old.textContent;
      return fresh;
    };
    document.querySelectorAll("style").forEach((style) => style.remove());
    inner.querySelectorAll('script[type="text/css"]').forEach((style) => document.head.append(carried("style", style)));
    document.title = inner.title;
    document.documentElement.lang = inner.documentElement.lang;
    document.documentElement.dir = inner.documentElement.dir;
    const scripts = [...inner.querySelectorAll("script:not([type])")];
    scripts.forEach((script) => script.remove());
    inner.body.dataset.locked = "yes";
    document.body.replaceWith(document.adoptNode(inner.body));
    for (const script of scripts) document.body.append(carried("script", script));
    // Scripts of the page wait for this; the browser said it when this file was read.
    document.dispatchEvent(new Event("DOMContentLoaded"));
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const phrase = words.value.normalize("NFKC").toLowerCase().replaceAll("-", " ").trim().split(/\s+/).join(" ");
    open.disabled = true;
    say(said.opening, "");
    try {
      if (!(await whole())) say(said.damaged);
      else show(await unsealed(phrase));
    } catch {
      say(said.wrong);
    } finally {
      open.disabled = false;
    }
  });

  byId("show").addEventListener("change", (event) => {
    words.type = /** @type {HTMLInputElement} */ (event.target).checked ? "text" : "password";
  });
  if (missing()) {
    say(missing());
    open.disabled = true;
  } else {
    words.focus();
  }
})();
