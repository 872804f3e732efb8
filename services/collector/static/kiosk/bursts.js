// Ballots that come faster than people can answer are flagged: counted and reported, never dropped.

const WINDOW = 60000;
const USUAL = 2;

/** Flags each ballot that is more than the second within a minute. Times are kept in memory only. */
export class Bursts {
  #times = [];

  /** Whether the ballot stored at `now` (milliseconds) belongs to a burst. */
  flags(now) {
    this.#times = [...this.#times.filter((time) => now - time < WINDOW), now];
    return this.#times.length > USUAL;
  }
}
