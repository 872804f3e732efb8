// Encryption on the device: AES-GCM by the browser's own WebCrypto, under a key that no script can read out. docs/kiosk.md says
// what that protects against and what it does not.

const NONCE = 12;

/** A key for this device. It can be used and stored by the browser, and never be read. */
export const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

/** `value` encrypted, as {iv, data}. `purpose` has to be given again to open it: a sealed thing cannot stand in for another. */
export async function seal(key, value, purpose) {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytes(purpose) }, key, plain);
  return { iv, data: new Uint8Array(data) };
}

/** What was sealed. Rejects where the key or the purpose is another, or a bit was changed. */
export async function open(key, { iv, data }, purpose) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: bytes(purpose) }, key, data);
  return JSON.parse(new TextDecoder().decode(plain));
}

/** A key from something that a person types (PBKDF2, SHA-256), to seal or to compare with. */
export async function keyFrom(secret, salt, iterations) {
  const base = await crypto.subtle.importKey("raw", bytes(secret), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export const hex = (array) => Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const base64 = (array) => btoa(Array.from(array, (byte) => String.fromCharCode(byte)).join(""));

export const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

function bytes(text) {
  return new TextEncoder().encode(text);
}
