// The ballots on their way: encrypted, in order, each until the server has answered for it. Nothing here ever expires.

import { open, seal } from "./vault.js";

const PURPOSE = "ballot";

export class Queue {
  constructor(storage) {
    this.storage = storage;
  }

  /**
   * Keep a ballot and give its sequence number, once it is on the disk.
   *
   * The number is taken in the transaction that stores the ballot, so that there is none without the other. `spend` may change
   * settings in the same transaction.
   */
  async add(ballot, spend = async () => {}) {
    const sealed = await seal(this.storage.key, ballot, PURPOSE);
    return this.storage.change(["settings", "ballots"], async ({ settings, ballots }) => {
      const sequence = ((await settings.get("last")) ?? 0) + 1;
      await settings.put(sequence, "last");
      await ballots.add({ sequence, ...sealed });
      await spend(settings);
      return sequence;
    });
  }

  /** The first `limit` ballots that wait, oldest first, as {sequence, ballot}; `ballot` is null where it cannot be read. */
  async first(limit) {
    return this.#opened(await this.storage.db.getAll("ballots", null, limit));
  }

  /** The refused ballots as {sequence, ballot, problem}. */
  async refused() {
    return this.#opened(await this.storage.db.getAll("refused"));
  }

  async counts() {
    const transaction = this.storage.db.transaction(["settings", "ballots", "refused"]);
    const [waiting, refused, last] = await Promise.all([
      transaction.objectStore("ballots").count(),
      transaction.objectStore("refused").count(),
      transaction.objectStore("settings").get("last"),
    ]);
    return { waiting, refused, last: last ?? 0 };
  }

  /** The sequence numbers of all ballots that are here. */
  async sequences() {
    const transaction = this.storage.db.transaction(["ballots", "refused"]);
    const keys = await Promise.all(["ballots", "refused"].map((name) => transaction.objectStore(name).getAllKeys()));
    return new Set(keys.flat());
  }

  /** Let go of what the server has, and put what it refused for good aside: [{sequence, problem}], `problem` null for accepted. */
  async settle(outcomes) {
    await this.storage.change(["ballots", "refused"], async ({ ballots, refused }) => {
      for (const { sequence, problem } of outcomes) {
        const entry = await ballots.get(sequence);
        if (entry && problem) await refused.put({ ...entry, problem });
        await ballots.delete(sequence);
      }
    });
  }

  /** Put refused ballots back among those that wait, under the numbers that they have. */
  async retry() {
    await this.storage.change(["ballots", "refused"], async ({ ballots, refused }) => {
      for (const { problem, ...entry } of await refused.getAll()) await ballots.put(entry);
      await refused.clear();
    });
  }

  /** Remove refused ballots. Only the clerk does this, and only with what was exported. */
  async remove(sequences) {
    await this.storage.change(["refused"], async ({ refused }) => {
      for (const sequence of sequences) await refused.delete(sequence);
    });
  }

  /** Number all that is here anew from `after` + 1, in order: for a new device key, whose numbers are its own. */
  async renumber(after) {
    await this.storage.change(["settings", "ballots", "refused"], async ({ settings, ballots, refused }) => {
      const kept = [...(await ballots.getAll()).map((e) => [ballots, e]), ...(await refused.getAll()).map((e) => [refused, e])];
      kept.sort(([, a], [, b]) => a.sequence - b.sequence);
      await ballots.clear();
      await refused.clear();
      let sequence = after;
      for (const [store, entry] of kept) await store.put({ ...entry, sequence: ++sequence });
      await settings.put(sequence, "last");
    });
  }

  #opened(entries) {
    return Promise.all(
      entries.map(async ({ sequence, problem, ...sealed }) => ({
        sequence,
        problem,
        ballot: await open(this.storage.key, sealed, PURPOSE).catch(() => null),
      })),
    );
  }
}
