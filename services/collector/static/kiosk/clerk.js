// What the clerk does at the device, behind the PIN.

import { unlocks } from "./enrolment.js";
import { exported, newPhrase, save } from "./exporting.js";
import { clerk } from "./screens/clerk.js";
import { unlock } from "./screens/enrol.js";
import { Away } from "./server.js";

const SHORTEST = 30;
const LONGEST = 600;
const DEFAULT_IDLE = 60;

/** Seconds without a touch until the warning, as the clerk set them. */
export const idleSeconds = (storage) => storage.get("idle", DEFAULT_IDLE);

export class Clerk {
  constructor(kiosk) {
    this.kiosk = kiosk;
    this.open = false;
  }

  /** Ask for the PIN, whatever screen is open: what a person had answered is forgotten. */
  enter = () => {
    const { kiosk } = this;
    kiosk.visit.home();
    kiosk.visit.atHome = false;
    this.reader = kiosk.readers[0];
    this.open = true;
    kiosk.idle.start();
    kiosk.frame.draw(unlock(kiosk.content, this.reader, { go: this.#unlock, back: this.close }));
  };

  close = () => {
    this.open = false;
    this.phrase = null;
    this.kiosk.visit.home();
  };

  #unlock = async (entered) => {
    const { right, wait } = await unlocks(this.kiosk.storage, entered, Date.now());
    if (wait) return this.reader.word("unlock.wait", { seconds: wait });
    if (!right) return this.reader.word("unlock.wrong");
    await this.show();
    return null;
  };

  /** Show the page as things are now, with `news` if something came of a press. */
  show = async (news = "") => {
    const { kiosk } = this;
    const state = await this.#state();
    if (!this.open) return;
    kiosk.frame.draw(clerk(kiosk.content, this.reader, state, this.#actions()));
    kiosk.frame.news(news);
  };

  async #state() {
    const { storage, queue, places, device, installation, clock } = this.kiosk;
    const borrowed = await Promise.all(device.strata.map(async (stratum) => [stratum, await places.left(stratum)]));
    return {
      device,
      counts: await queue.counts(),
      refused: await queue.refused(),
      connection: await storage.get("connection", { state: "unclear" }),
      synchronised: await storage.get("synchronised"),
      gaps: await storage.get("gaps", []),
      bursts: await storage.get("bursts", 0),
      differing: await storage.get("differing", 0),
      exported: await storage.get("exported", []),
      idle: await idleSeconds(storage),
      places: Object.fromEntries(borrowed.filter(([, left]) => left > 0)),
      skew: clock.skew,
      version: document.documentElement.dataset.version,
      offline: installation.offline,
      persistent: installation.persistent,
      phrase: this.phrase,
    };
  }

  #actions() {
    const { kiosk } = this;
    const word = (key, values) => this.reader.word(key, values);
    return {
      readers: kiosk.readers,
      close: this.close,
      speak: (reader) => {
        this.reader = reader;
        return this.show();
      },
      synchronise: async () => {
        await kiosk.synchronise();
        await this.show();
      },
      giveBack: async () => this.show(word((await this.#giveBack()) ? "clerk.given_back" : "clerk.given_back_not")),
      update: async () => this.show(word((await kiosk.installation.look()) ? "clerk.updated" : "clerk.update_none")),
      setIdle: async (seconds) => {
        const right = Number.isInteger(seconds) && seconds >= SHORTEST && seconds <= LONGEST;
        if (right) await kiosk.setIdle(seconds);
        await this.show(word(right ? "clerk.idle_kept" : "clerk.idle_wrong"));
      },
      retry: async () => {
        await kiosk.queue.retry();
        await kiosk.synchronise();
        await this.show();
      },
      export: this.#export,
      remove: async (sequences) => {
        await kiosk.queue.remove(sequences);
        this.phrase = null;
        await this.show(word("clerk.removed", { number: sequences.length }));
      },
      rekey: () => kiosk.enrol({ back: this.close }),
      unenrol: this.#unenrol,
    };
  }

  /** Put the refused ballots, and with `waiting` also those that wait, into a file under a new phrase. */
  #export = async ({ waiting }) => {
    const { queue, content, device, storage } = this.kiosk;
    const refused = await queue.refused();
    const all = [...(waiting ? await queue.first() : []), ...refused];
    const ballots = all.map(({ sequence, ballot, problem }) => ({ sequence, ...(problem && { problem }), ballot }));
    const phrase = newPhrase();
    const file = `hailong-${content.survey}-${device.name.replace(/[^\w-]/g, "_")}-${all.length}.json`;
    save(file, await exported({ survey: content.survey, device: device.name, ballots }, phrase));
    await storage.set("exported", refused.map(({ sequence }) => sequence));
    this.phrase = { phrase, file, number: all.length };
    await this.show();
  };

  /** Give back all places that were not used; false where that cannot be done now. */
  async #giveBack() {
    const { queue, places, synchronise } = this.kiosk;
    await synchronise();
    if ((await queue.counts()).waiting > 0) return false;
    try {
      await places.giveBack();
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      return false;
    }
    return true;
  }

  #unenrol = async () => {
    const { queue, storage } = this.kiosk;
    const { waiting, refused } = await queue.counts();
    if (waiting + refused > 0) {
      await this.show(this.reader.word("clerk.unenrol_not"));
      return;
    }
    await this.#giveBack();
    await storage.forget();
    location.reload();
  };
}
