// Places that the device borrowed, so that it may take ballots without a network in strata that refuse more than their number.

import { Away } from "./server.js";

const BLOCK = 20;
const LOW = 5;

export class Places {
  /** `clock` gives the time in milliseconds. */
  constructor(storage, server, clock) {
    Object.assign(this, { storage, server, clock });
  }

  /** The blocks by stratum: [{place, left, until, term}], without those that ran out. */
  async blocks(stratum) {
    const all = (await this.storage.get("places", {}))[stratum] ?? [];
    return all.filter((block) => block.left > 0 && block.until > this.clock());
  }

  async left(stratum) {
    return (await this.blocks(stratum)).reduce((sum, block) => sum + block.left, 0);
  }

  /** Whether one more person can be asked; borrows where the device has no place left and the server answers. */
  async free(stratum) {
    if ((await this.left(stratum)) === 0) await this.borrow(stratum).catch(ignoreAway);
    return (await this.left(stratum)) > 0;
  }

  /** A place for a ballot: what to send with it, and how to take it from the block in the transaction that stores the ballot. */
  async take(stratum) {
    const [block] = await this.blocks(stratum);
    if (!block) return { place: null, spend: async () => {} };
    const spend = async (settings) => {
      const places = await settings.get("places");
      const held = places[stratum]?.find(({ place }) => place === block.place);
      if (held) held.left -= 1;
      await settings.put(places, "places");
    };
    return { place: block.place, spend };
  }

  /** Have enough places in each of `strata` for the time without a network. */
  async provide(strata) {
    for (const stratum of strata) {
      await this.#extend(stratum);
      if ((await this.left(stratum)) < LOW) await this.borrow(stratum);
    }
  }

  async borrow(stratum) {
    const { status, body } = await this.server.borrow(stratum, BLOCK);
    if (status !== 201 || !body.place) return;
    const term = body.expires_in * 1000;
    const block = { place: body.place, left: body.count, until: this.clock() + term, term };
    const lasts = ({ left, until }) => left > 0 && until > this.clock();
    await this.#change((places) => (places[stratum] = [...(places[stratum] ?? []).filter(lasts), block]));
  }

  /** Give back all that was not used. Only once no ballot waits: those that wait still need their places. */
  async giveBack() {
    const all = await this.storage.get("places", {});
    for (const [stratum, blocks] of Object.entries(all)) {
      for (const { place } of blocks) {
        const { status } = await this.server.giveBack(place);
        if (status !== 204 && status !== 404) throw new Away(`giving back came with ${status}`);
        await this.#change((places) => (places[stratum] = places[stratum].filter((block) => block.place !== place)));
      }
    }
  }

  async #extend(stratum) {
    for (const { place, until, term } of await this.blocks(stratum)) {
      if (until - this.clock() > term / 2) continue;
      const { status } = await this.server.extend(place);
      const later = status === 200 ? this.clock() + term : status === 404 ? 0 : until;
      await this.#change((places) => places[stratum].forEach((block) => block.place === place && (block.until = later)));
    }
  }

  async #change(work) {
    await this.storage.change(["settings"], async ({ settings }) => {
      const places = (await settings.get("places")) ?? {};
      work(places);
      await settings.put(places, "places");
    });
  }
}

function ignoreAway(error) {
  if (!(error instanceof Away)) throw error;
}
