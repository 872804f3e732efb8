// The question whether somebody is still there, over whatever screen is open.

import { el } from "./dom.js";

export class StillThere {
  /** `reader()` is the language of the screen; `stay` is called when somebody is there. */
  constructor(reader, stay) {
    Object.assign(this, { reader, stay, dialog: null });
  }

  /** Show it, or the seconds that are left where it is shown. Only its beginning is announced, not every second. */
  warn(seconds) {
    const reader = this.reader();
    if (!this.dialog) this.#open(reader, seconds);
    this.dialog.querySelector("[data-left]").textContent = reader.word("idle.text", { seconds });
  }

  close() {
    this.dialog?.remove();
    this.dialog = null;
    this.before?.focus?.({ preventScroll: true });
    this.before = null;
  }

  // Escape is an answer too.
  #cancel(event) {
    event.preventDefault();
    this.stay();
  }

  #open(reader, seconds) {
    this.before = document.activeElement;
    this.dialog = el(
      "dialog",
      { class: "still", "aria-labelledby": "still", "aria-describedby": "still-text", click: () => this.stay(), cancel: (event) => this.#cancel(event) },
      el("h2", { id: "still" }, reader.word("idle.title")),
      el("p", { id: "still-text", "data-left": true }, reader.word("idle.text", { seconds })),
      el("button", { type: "button", class: "main", "data-stay": true }, reader.word("idle.stay")),
    );
    document.body.append(this.dialog);
    this.dialog.showModal();
  }
}
