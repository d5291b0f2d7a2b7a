// A locked page: asks for the passphrase, opens the page in memory, and shows it in this one's place.
// @ts-check
"use strict";

(() => {
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const text = (/** @type {string} */ id) => byId(id).textContent || "";
  /** @type {Record<string, string>} */
  const said = JSON.parse(text("texts"));
  const nonce = /** @type {HTMLScriptElement} */ (document.currentScript).nonce;
  const form = /** @type {HTMLFormElement} */ (byId("lock"));
  const words = /** @type {HTMLInputElement} */ (byId("words"));
  const open = /** @type {HTMLButtonElement} */ (byId("open"));
  const sealed = { head: text("head"), body: text("body"), check: text("check") };
  // What this file looks like while it is locked, to come back to.
  const { title, body, documentElement: { lang, dir } } = document;
  const face = { title, body, lang, dir, styles: [...document.querySelectorAll("style")] };
  /** Marks of a page that locked again, sealed. @type {Sealed | null} */
  let kept = null;

  /** Say something below the button. @param {string} sentence @param {"" | "bad"} kind */
  const say = (sentence, kind = "bad") => {
    byId("said").textContent = sentence;
    byId("said").dataset.kind = kind;
  };

  const missing = () => {
    if (!window.crypto?.subtle) return said.no_crypto;
    const old = ["DecompressionStream", "CompressionStream"].some((name) => !(name in window));
    return old ? said.too_old : "";
  };

  /** Lock again. Without marks the file is loaded afresh; marks stay here, sealed by the page's words.
   * @param {string} marks @param {Promise<{key: CryptoKey, salt: Uint8Array}>} key */
  const again = async (marks, key) => {
    if (!marks) {
      location.reload();
      return;
    }
    document.body.replaceWith(face.body);
    document.querySelectorAll("style").forEach((style) => style.remove());
    document.head.append(...face.styles);
    document.title = face.title;
    [document.documentElement.lang, document.documentElement.dir] = [face.lang, face.dir];
    open.disabled = true;
    say(said.kept, "");
    kept = await outreachSeal.seal(marks, await key);
    open.disabled = false;
  };

  /** Put the opened page in this one's place. @param {string} html @param {string} phrase @param {string} marks */
  const show = (html, phrase, marks) => {
    const inner = new DOMParser().parseFromString(html, "text/html");
    const carried = (/** @type {"style" | "script"} */ name, /** @type {string} */ content) => {
      const fresh = document.createElement(name);
      fresh.nonce = nonce;
      fresh.textContent = content;
      return fresh;
    };
    document.querySelectorAll("style").forEach((style) => style.remove());
    inner.querySelectorAll('script[type="text/css"]').forEach((style) => document.head.append(carried("style", style.textContent || "")));
    document.title = inner.title;
    document.documentElement.lang = inner.documentElement.lang;
    document.documentElement.dir = inner.documentElement.dir;
    const scripts = [...inner.querySelectorAll("script:not([type])")];
    scripts.forEach((script) => script.remove());
    inner.body.dataset.locked = "yes";
    document.body.replaceWith(document.adoptNode(inner.body));
    const key = outreachSeal.fresh(phrase);
    const lock = {
      marks,
      again: (/** @type {string} */ now) => again(now, key),
      seal: async (/** @type {string} */ plain) => outreachSeal.seal(plain, await key),
    };
    Object.defineProperty(window, "outreachLock", { value: lock, configurable: true });
    // One block around them all, so that they can run again when the page is opened again.
    document.body.append(carried("script", `{${scripts.map((script) => script.textContent).join("\n;\n")}\n}`));
    // Scripts of the page wait for this; the browser said it when this file was read.
    document.dispatchEvent(new Event("DOMContentLoaded"));
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const phrase = outreachSeal.words(words.value);
    open.disabled = true;
    say(said.opening, "");
    try {
      if (!(await outreachSeal.whole(sealed))) say(said.damaged);
      else {
        const html = await outreachSeal.unseal(sealed, phrase);
        const marks = kept ? await outreachSeal.unseal(kept, phrase) : "";
        kept = null;
        words.value = "";
        say("", "");
        show(html, phrase, marks);
      }
    } catch {
      say(said.wrong);
    } finally {
      open.disabled = false;
    }
  });

  byId("show").addEventListener("change", (event) => {
    words.type = /** @type {HTMLInputElement} */ (event.target).checked ? "text" : "password";
  });
  const keys = /** @type {HTMLInputElement} */ (byId("digits"));
  const type = () => {
    words.inputMode = keys.checked ? "numeric" : "text";
  };
  keys.addEventListener("change", () => {
    type();
    words.focus();
  });
  type();
  // Sealed marks are lost with the page.
  addEventListener("beforeunload", (event) => {
    if (kept && document.body === face.body && document.body.childElementCount) event.preventDefault();
  });
  if (missing()) {
    say(missing());
    open.disabled = true;
  } else {
    words.focus();
  }
})();
