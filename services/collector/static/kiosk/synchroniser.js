// Brings the queue to the server: in order, in batches, one request at a time, as often as it takes. A ballot leaves the queue
// only when the server has answered for it.

import { receipt } from "./receipt.js";
import { Away } from "./server.js";

const BATCH = 100;
const AT_ONCE = new Set([400, 413, 422, 500]);
const UNREADABLE = { type: "unreadable", title: "The ballot cannot be read on this device any more" };

const ACCEPTED = new Set([200, 201]);

// What the server may answer for one ballot another time differently: it stays in the queue.
const LATER = (status) => status === 401 || status === 429 || status >= 500;

/** Do `work` while no page of this device synchronises. */
export const exclusively = (survey, work) => navigator.locks.request(`hailong-kiosk/${survey}`, work);

export class Synchroniser {
  /** `groups` gives the group of a stratum, for the receipt. */
  constructor({ queue, storage, server, groups, changed = () => {} }) {
    Object.assign(this, { queue, storage, server, groups, changed });
    this.batch = BATCH;
    this.running = null;
  }

  /**
   * Send all that waits. Gives {state, retryAfter, device}; `state` is fine, revoked, away or problem.
   *
   * Asked again while it runs, it runs once more afterwards for what came meanwhile. Two pages of one device take turns.
   */
  run() {
    this.again = this.running !== null;
    this.running ??= this.#turns().finally(() => (this.running = null));
    return this.running;
  }

  async #turns() {
    let outcome;
    do {
      this.again = false;
      outcome = await exclusively(this.storage.survey, () => this.#all());
    } while (this.again && outcome.state === "fine");
    await this.storage.set("connection", { ...outcome, device: undefined });
    this.changed(outcome);
    return outcome;
  }

  async #all() {
    try {
      for (;;) {
        const entries = await this.queue.first(this.batch);
        if (entries.length === 0) break;
        const halted = await this.#some(entries);
        if (halted) return halted;
        this.changed();
      }
      return await this.#report();
    } catch (error) {
      if (error instanceof Away) return { state: "away", retryAfter: 0 };
      throw error;
    }
  }

  /** Send one batch. Gives why to stop, or null to go on. */
  async #some(entries) {
    const lost = entries.filter(({ ballot }) => ballot === null);
    await this.queue.settle(lost.map(({ sequence }) => ({ sequence, problem: UNREADABLE })));
    const sent = entries.filter(({ ballot }) => ballot !== null);
    if (sent.length === 0) return null;
    const answer = await this.server.send(sent.map(({ sequence, ballot }) => ({ ...ballot, sequence })));
    if (answer.status === 200) return this.#settle(sent, answer);
    if (AT_ONCE.has(answer.status) && sent.length > 1) {
      // One of them may be what the server cannot read: find it without holding the others up.
      this.batch = Math.ceil(sent.length / 2);
      return null;
    }
    if (AT_ONCE.has(answer.status) && answer.status !== 500) {
      await this.queue.settle([{ sequence: sent[0].sequence, problem: answer.body }]);
      return null;
    }
    return halt(answer);
  }

  async #settle(sent, answer) {
    const outcomes = answer.body.outcomes ?? [];
    if (outcomes.length !== sent.length || outcomes.some((o, at) => o.id !== sent[at].ballot.id)) {
      throw new Away("the answer is not that of these ballots");
    }
    const final = sent.map(({ sequence, ballot }, at) => ({ sequence, ballot, outcome: outcomes[at] }));
    const settled = final.filter(({ outcome }) => !LATER(outcome.status));
    await this.#compare(settled.filter(({ outcome }) => ACCEPTED.has(outcome.status)));
    await this.queue.settle(settled.map(({ sequence, outcome }) => ({ sequence, problem: problemOf(outcome) })));
    this.batch = BATCH;
    const later = final.find(({ outcome }) => LATER(outcome.status));
    return later ? halt({ ...answer, status: later.outcome.status, body: later.outcome.problem }) : null;
  }

  /** Count receipts that are not those that people were given: there must be none. */
  async #compare(accepted) {
    let differing = 0;
    for (const { ballot, outcome } of accepted) {
      const own = await receipt(ballot, this.storage.survey, this.groups(ballot.stratum));
      if (own !== outcome.receipt) differing += 1;
    }
    if (differing) await this.storage.set("differing", (await this.storage.get("differing", 0)) + differing);
  }

  /** Tell the server how the device is, and learn what it has settled. */
  async #report() {
    const { waiting, refused, last } = await this.queue.counts();
    const [bursts, version] = [await this.storage.get("bursts", 0), document.documentElement.dataset.version ?? ""];
    const told = await this.server.report({ pending: waiting, refused, bursts, version, last });
    if (told.status !== 204) return halt(told);
    const known = await this.server.device();
    if (known.status !== 200) return halt(known);
    await this.storage.set("synchronised", Date.now());
    await this.storage.set("gaps", gaps(known.body.sequences, await this.queue.sequences()));
    return { state: "fine", retryAfter: 0, device: known.body };
  }
}

/** Why a ballot was refused, null where it was accepted. Only what says that it was accepted counts as such. */
const problemOf = ({ status, problem }) => (ACCEPTED.has(status) ? null : (problem ?? { type: String(status), title: String(status) }));

/** The numbers that the server misses and that are not on the device either, as [from, to]. */
export function gaps({ missing }, here) {
  const lost = [];
  for (const [from, to] of missing) {
    for (let number = from; number <= to; number += 1) {
      if (here.has(number)) continue;
      if (lost.at(-1)?.[1] === number - 1) lost.at(-1)[1] = number;
      else lost.push([number, number]);
    }
  }
  return lost;
}

function halt({ status, body, retryAfter }) {
  if (status === 401) return { state: "revoked", retryAfter: 0 };
  if (status === 429 || status >= 500) return { state: "away", retryAfter };
  return { state: "problem", retryAfter: 0, detail: body?.detail ?? body?.title ?? String(status) };
}
