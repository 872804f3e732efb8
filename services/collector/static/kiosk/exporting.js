// Ballots in a file that only who knows the phrase can open: the way out for what the server will not take.

import { crockford } from "./receipt.js";
import { base64, fromBase64, keyFrom, open, seal } from "./vault.js";

const FORMAT = "hailong-kiosk-export/1";
const ITERATIONS = 600000;

/** The file is not one of a kiosk. */
export class NoExport extends Error {}

/** A phrase of 100 random bits, in letters that are not mistaken for each other. */
export const newPhrase = () => crockford(crypto.getRandomValues(new Uint8Array(13))).match(/.{4}/g).join("-");

/** `content` as the text of a file, encrypted with the phrase. */
export async function exported(content, phrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const { iv, data } = await seal(await keyFrom(plain(phrase), salt, ITERATIONS), content, FORMAT);
  return JSON.stringify({ format: FORMAT, salt: base64(salt), iv: base64(iv), data: base64(data) });
}

/** What was exported. Raises NoExport; rejects with another error where the phrase is wrong. */
export async function opened(text, phrase) {
  const file = parsed(text);
  const key = await keyFrom(plain(phrase), fromBase64(file.salt), ITERATIONS);
  return open(key, { iv: fromBase64(file.iv), data: fromBase64(file.data) }, FORMAT);
}

/** Let the browser store a file. */
export function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

const plain = (phrase) => phrase.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");

function parsed(text) {
  try {
    const file = JSON.parse(text);
    if (file.format === FORMAT) return file;
  } catch {
    // Said below.
  }
  throw new NoExport();
}
