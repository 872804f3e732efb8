// The receipt of a ballot, computed as the server computes it (shared/domain/ballot.py): SHA-256 of the ballot's canonical JSON,
// the first 100 bits in Crockford's base 32. So a person has it in hand before the ballot has left the device.

import { hex } from "./vault.js";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = 20;

const sorted = (value) =>
  value && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
    : value;

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** The ballot's content as canonical JSON: sorted keys, no spaces. The comment stands in it as a digest salted by the id. */
export async function canonical(ballot, survey, group) {
  let comment = null;
  if (ballot.comment) {
    const id = Uint8Array.from(ballot.id.replaceAll("-", "").match(/../g), (byte) => parseInt(byte, 16));
    comment = hex(await sha256(new Uint8Array([...id, ...new TextEncoder().encode(ballot.comment)])));
  }
  const { id, answers, channel, language, questionnaire, stratum } = ballot;
  return JSON.stringify(sorted({ answers, channel, comment, group, id, language, questionnaire, stratum, survey }));
}

/** The code that a person keeps, as XXXX-XXXX-XXXX-XXXX-XXXX. */
export async function receipt(ballot, survey, group) {
  const digest = await sha256(new TextEncoder().encode(await canonical(ballot, survey, group)));
  return crockford(digest).match(/.{4}/g).join("-");
}

/** The first 100 bits of `bytes` in Crockford's base 32. */
export function crockford(bytes) {
  let bits = 0n;
  for (const byte of bytes.slice(0, 13)) bits = (bits << 8n) | BigInt(byte);
  bits >>= 4n;
  return Array.from({ length: CHARACTERS }, (_, at) => LETTERS[Number((bits >> BigInt(5 * (CHARACTERS - 1 - at))) & 31n)]).join("");
}
