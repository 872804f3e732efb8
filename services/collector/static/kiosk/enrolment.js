// Who this device is: its key, what the server said of it, and the PIN by which the clerk opens the clerk's page.

import { keyFrom, open, seal } from "./vault.js";

const ENROLMENT = "enrolment";
const PIN = "pin";
const ITERATIONS = 300000;
const TRIES = 5;
const PENALTY = 30000;

/** The key in the address's fragment, taken out of the address and its entry in the history; "" where there is none. */
export function keyInAddress() {
  const found = new URLSearchParams(location.hash.slice(1)).get("device") ?? "";
  if (location.hash) history.replaceState(null, "", location.pathname);
  return found;
}

/** A key as people write it, without blanks; "" where it holds what no key holds. */
export const tidied = (key) => (/^[\w\s-]+$/.test(key) ? key.replace(/\s/g, "") : "");

export const isPin = (pin) => /^\d{6,12}$/.test(pin);

/** The enrolment {key, name, strata}, or null on a device that was not set up. */
export async function enrolled(storage) {
  const sealed = await storage.get(ENROLMENT);
  return sealed && open(storage.key, sealed, ENROLMENT);
}

/** Keep what the server says of the device, and a new PIN where one is given. */
export async function enrol(storage, { key, name, strata }, pin = null) {
  await storage.set(ENROLMENT, await seal(storage.key, { key, name, strata }, ENROLMENT));
  if (pin === null) return;
  const salt = crypto.getRandomValues(new Uint8Array(16));
  await storage.set(PIN, { salt, proof: await seal(await keyFrom(pin, salt, ITERATIONS), PIN, PIN) });
  await storage.set("tries", { wrong: 0, until: 0 });
}

/** Whether `entered` is the clerk's PIN or the device's key: right, wrong, or the seconds to wait after too many tries. */
export async function unlocks(storage, entered, now) {
  const tries = await storage.get("tries", { wrong: 0, until: 0 });
  if (now < tries.until && tries.until - now <= PENALTY * 2 ** 6) return { wait: Math.ceil((tries.until - now) / 1000) };
  const right = (await isKey(storage, entered)) || (await isRightPin(storage, entered));
  const wrong = right ? 0 : tries.wrong + 1;
  const until = wrong >= TRIES ? now + PENALTY * 2 ** Math.min(wrong - TRIES, 6) : 0;
  await storage.set("tries", { wrong, until });
  return { right };
}

async function isKey(storage, entered) {
  const plain = (key) => key.replace(/[\s-]/g, "").toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
  return entered !== "" && plain(entered) === plain((await enrolled(storage)).key);
}

async function isRightPin(storage, entered) {
  if (!isPin(entered)) return false;
  const { salt, proof } = await storage.get(PIN);
  return open(await keyFrom(entered, salt, ITERATIONS), proof, PIN).then(
    () => true,
    () => false,
  );
}
