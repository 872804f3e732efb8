// The time as the server tells it: a kiosk's own clock may be wrong by hours after it stood without power.

const TOLERATED = 120000;

export class Clock {
  constructor(storage, skew) {
    this.storage = storage;
    this.skew = skew;
  }

  static async of(storage) {
    return new Clock(storage, await storage.get("skew", 0));
  }

  /** Milliseconds since 1970. */
  now = () => Date.now() + this.skew;

  /** Learn that the server said `there` when this device said `here`. Small differences are those of the way. */
  heard = (there, here) => {
    const skew = Math.abs(there - here) > TOLERATED ? there - here : 0;
    if (Math.abs(skew - this.skew) < 1000) return;
    this.skew = skew;
    this.storage.set("skew", skew).catch(() => {});
  };

  /** Where the survey stands: early, open or closed. */
  phase({ opens_at: opens, closes_at: closes }) {
    const now = this.now();
    if (now < Date.parse(opens)) return "early";
    return now < Date.parse(closes) ? "open" : "closed";
  }
}
