// Watches for nobody being there: first a warning that anybody can answer, then the end.

const SIGNS = ["pointerdown", "pointermove", "keydown", "input", "wheel", "touchmove"];
const TICK = 500;

/** Seconds between the warning and the end (WCAG 2.2.1 asks for 20 at least). */
export const WARNING = 30;

export class Idle {
  /** `seconds()` is the time until the warning; `busy()` holds it off; `warn(left)` is called each tick of the warning. */
  constructor({ seconds, busy, warn, stay, over }) {
    Object.assign(this, { seconds, busy, warn, stay, over });
    this.timer = null;
    SIGNS.forEach((sign) => addEventListener(sign, () => this.touch(), { capture: true, passive: true }));
  }

  start() {
    this.touched = performance.now();
    this.timer ??= setInterval(() => this.#tick(), TICK);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.#calm();
  }

  /** Somebody touched something. Once the question stands on the screen it has to be answered: see `answer`. */
  touch() {
    if (!this.warned) this.touched = performance.now();
  }

  /** Somebody said that they are there. */
  answer() {
    this.#calm();
    this.touch();
  }

  #calm() {
    if (this.warned) this.stay();
    this.warned = false;
  }

  #tick() {
    if (this.busy()) this.touched = performance.now();
    const left = this.seconds() + WARNING - (performance.now() - this.touched) / 1000;
    if (left <= 0) {
      this.stop();
      this.over();
    } else if (left <= WARNING) {
      this.warned = true;
      this.warn(Math.ceil(left));
    }
  }
}
