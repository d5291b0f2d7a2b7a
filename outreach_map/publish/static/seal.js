// Sealing with words: PBKDF2 and AES-GCM of the browser, in the form that publish/lock.py describes.
// @ts-check
"use strict";

/** @typedef {{head: string, body: string, check: string}} Sealed */

const outreachSeal = (() => {
  const SALT = 16, NONCE = 12, ROUNDS = 600000, LENGTH = 4, STEP = 4096;
  const encoded = (/** @type {string} */ text) => new TextEncoder().encode(text);
  const unpacked = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const packed = (/** @type {Uint8Array} */ bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

  /** Bytes through a stream of the browser's. @param {BlobPart} bytes @param {any} stream */
  const through = (bytes, stream) => new Response(new Blob([bytes]).stream().pipeThrough(stream));

  /** Packed bytes after their length, with zeros up to a whole step. @param {ArrayBuffer} bytes */
  const filled = (bytes) => {
    const plain = new Uint8Array(Math.ceil((LENGTH + bytes.byteLength) / STEP) * STEP);
    new DataView(plain.buffer).setUint32(0, bytes.byteLength);
    plain.set(new Uint8Array(bytes), LENGTH);
    return plain;
  };

  /** Packed bytes again. @param {ArrayBuffer} plain */
  const emptied = (plain) => plain.slice(LENGTH, LENGTH + new DataView(plain).getUint32(0));

  // As in publish/lock.py: noughts of the keyboards on which teams type, what stands between letters unseen, and between words.
  const NOUGHTS = [0x0660, 0x06f0, 0x1040, 0x1090];
  const DIGIT = /[\u0660-\u0669\u06f0-\u06f9\u1040-\u1049\u1090-\u1099]/g;
  const UNSEEN = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
  const BETWEEN = /[-\u2010-\u2015\u2212 \t\n\v\f\r\u1680\u2028\u2029]+/g;
  /** @param {string} digit */
  const latin = (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (NOUGHTS.find((nought) => nought <= code && code < nought + 10) || 0));
  };

  /** Words as they count: without case and hyphens; digits from any keyboard, and digits alone without their groups. @param {string} typed */
  const words = (typed) => {
    const plain = typed.normalize("NFKC").toLowerCase().replace(DIGIT, latin);
    const found = plain.replace(UNSEEN, "").replace(BETWEEN, " ").replace(/^ +| +$/g, "");
    return /^[0-9 ]+$/.test(found) ? found.replaceAll(" ", "") : found;
  };

  /** A key from words. @param {string} phrase @param {Uint8Array} salt @param {number} rounds */
  const keyOf = async (phrase, salt, rounds) => {
    const secret = await crypto.subtle.importKey("raw", encoded(phrase), "PBKDF2", false, ["deriveKey"]);
    const derivation = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
    return crypto.subtle.deriveKey(derivation, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  };

  /** A key from words with a salt of its own, for sealing. @param {string} phrase */
  const fresh = async (phrase) => {
    const salt = crypto.getRandomValues(new Uint8Array(SALT));
    return { key: await keyOf(phrase, salt, ROUNDS), salt };
  };

  /** @param {string} head @param {string} body */
  const sum = async (head, body) => packed(new Uint8Array(await crypto.subtle.digest("SHA-256", encoded(head + body))));

  /** Seal a text, each time with a nonce of its own. @param {string} text @param {{key: CryptoKey, salt: Uint8Array}} by */
  const seal = async (text, by) => {
    const head = JSON.stringify({ format: 2, name: "note", rounds: ROUNDS });
    const plain = filled(await through(text, new CompressionStream("deflate")).arrayBuffer());
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const secret = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: encoded(head) }, by.key, plain);
    const body = packed(new Uint8Array([...by.salt, ...nonce, ...new Uint8Array(secret)]));
    return { head, body, check: await sum(head, body) };
  };

  /** Whether something sealed is as it was written: its parts and their sum agree. @param {Sealed} sealed */
  const whole = async (sealed) => (await sum(sealed.head, sealed.body)) === sealed.check;

  /** The text again; throws for other words. @param {Sealed} sealed @param {string} phrase */
  const unseal = async (sealed, phrase) => {
    const raw = unpacked(sealed.body);
    const key = await keyOf(phrase, raw.slice(0, SALT), JSON.parse(sealed.head).rounds);
    const how = { name: "AES-GCM", iv: raw.slice(SALT, SALT + NONCE), additionalData: encoded(sealed.head) };
    const plain = await crypto.subtle.decrypt(how, key, raw.slice(SALT + NONCE));
    return through(emptied(plain), new DecompressionStream("deflate")).text();
  };

  return { words, fresh, seal, whole, unseal };
})();
