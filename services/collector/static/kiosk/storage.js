// What the device keeps of one survey, in IndexedDB: settings, ballots that wait, ballots that were refused.

import { openDB } from "./vendor/idb.js";
import { newKey } from "./vault.js";

const STORES = ["settings", "ballots", "refused"];

/** What is kept of a survey on this device. */
export async function openStorage(survey) {
  const db = await openDB(`hailong-kiosk/${survey}`, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("settings");
      fresh.createObjectStore("ballots", { keyPath: "sequence" });
      fresh.createObjectStore("refused", { keyPath: "sequence" });
    },
  });
  return new Storage(db, survey, await keyOf(db));
}

export class Storage {
  constructor(db, survey, key) {
    this.db = db;
    this.survey = survey;
    this.key = key;
  }

  /** A setting, or `otherwise` where there is none. */
  async get(name, otherwise = null) {
    return (await this.db.get("settings", name)) ?? otherwise;
  }

  async set(name, value) {
    await this.change(["settings"], ({ settings }) => settings.put(value, name));
  }

  /** Run `work` on stores in one transaction that is on the disk when this resolves. `work` may await nothing else. */
  async change(names, work) {
    const transaction = this.db.transaction(names, "readwrite", { durability: "strict" });
    const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
    try {
      const result = await work(stores);
      await transaction.done;
      return result;
    } catch (error) {
      transaction.done.catch(() => {});
      try {
        transaction.abort();
      } catch {
        // It has ended by itself.
      }
      throw error;
    }
  }

  /** Forget everything of this survey, the key too. */
  async forget() {
    await this.change(STORES, (stores) => Promise.all(Object.values(stores).map((store) => store.clear())));
    this.key = await keyOf(this.db);
  }
}

/** The device's key: made once, whichever of two pages comes first. */
async function keyOf(db) {
  const made = await newKey();
  const transaction = db.transaction("settings", "readwrite", { durability: "strict" });
  const found = await transaction.store.get("key");
  if (!found) await transaction.store.put(made, "key");
  await transaction.done;
  return found ?? made;
}
