// The frame around every screen: who speaks, the main part, and the bar whose buttons are always in the same place.

import { el, svg } from "./dom.js";

/** Milliseconds for which a new screen takes no press, so that a second tap of an unsteady hand answers nothing. */
export const GUARD = 350;
const HOLD = 3000;

/**
 * A screen: `reader`, `title` for the window, `body` (nodes with one h1), `aloud` (text to read, none for no button), `back` and
 * `forward` ({label, press, main, id}), `stop` ({label, press}), `clerks` for a screen that no citizen sees.
 */
export class Frame {
  constructor(root, speech, content) {
    Object.assign(this, { root, speech, content });
    this.toClerk = () => {};
    for (const type of ["click", "keydown"]) root.addEventListener(type, (event) => this.#guard(event), { capture: true });
  }

  draw(view) {
    this.speech.stop();
    this.view = view;
    const { reader } = view;
    document.documentElement.lang = reader.spoken;
    document.title = view.title;
    const main = el("main", { id: "main", class: `wide narrow ${view.kind ?? ""}`, tabindex: -1 }, view.body, this.#bar(view));
    this.root.replaceChildren(...[this.#header(view), this.#banner(reader), main].filter(Boolean));
    this.#settle(main);
    scrollTo(0, 0);
    (main.querySelector("[data-focus]") ?? main.querySelector("h1"))?.focus({ preventScroll: true });
  }

  /** Bring the read-aloud button up to date with what the speech does. */
  refresh() {
    const button = this.root.querySelector("[data-aloud]");
    if (button) button.replaceWith(this.#aloud(this.view));
  }

  /** Tell something that came of a press, without changing the screen. */
  news(text) {
    this.root.querySelector("[data-news]")?.replaceChildren(text);
  }

  #settle(main) {
    clearTimeout(this.guarding);
    this.guarding = setTimeout(() => main.setAttribute("data-ready", ""), GUARD);
  }

  #guard(event) {
    const main = this.root.querySelector("main");
    const pressing = event.type === "click" || ["Enter", " "].includes(event.key);
    const early = main && !main.hasAttribute("data-ready") && pressing;
    const held = event.type === "keydown" && event.repeat && event.target.closest("button");
    if (!early && !held) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #header({ reader, stop }) {
    return el("header", { class: "top" }, el("div", { class: "wide narrow" }, this.#brand(reader), stop && this.#stop(stop)));
  }

  #brand(reader) {
    const mark = svg(
      "svg",
      { class: "mark", "aria-hidden": "true", viewBox: "0 0 24 24" },
      svg("circle", { cx: 12, cy: 12, r: 10 }),
      svg("path", { d: "M7 12.5l3.5 3.5L17 9" }),
    );
    const cancel = () => clearTimeout(this.holding);
    return el(
      "button",
      {
        type: "button",
        class: "brand",
        "data-clerk": true,
        title: reader.word("kiosk.clerk_hint"),
        pointerdown: () => (this.holding = setTimeout(() => this.toClerk(), HOLD)),
        pointerup: cancel,
        pointerleave: cancel,
        pointercancel: cancel,
        contextmenu: (event) => event.preventDefault(),
        // A press by keyboard or screen reader has no length.
        click: (event) => event.detail === 0 && this.toClerk(),
      },
      mark,
      el("span", {}, reader.word("page.brand"), el("span", { class: "unseen" }, `. ${reader.word("kiosk.clerk")}`)),
    );
  }

  #stop = ({ label, press }) => el("button", { type: "button", class: "stop", "data-stop": true, click: press }, label);

  #banner(reader) {
    if (!this.content.simulated) return null;
    const text = el("div", { class: "wide narrow" }, el("strong", {}, `${reader.word("page.simulated_title")}.`), " ");
    text.append(reader.word("page.simulated"));
    return el("aside", { class: "banner", "aria-label": reader.word("page.simulated_title") }, text);
  }

  #bar(view) {
    const { back, forward } = view;
    return el(
      "div",
      { class: "bar" },
      back ? this.#button(back, "back") : el("span", { class: "gap" }),
      view.aloud ? this.#aloud(view) : el("span", { class: "gap" }),
      forward ? this.#button(forward, "forward") : el("span", { class: "gap" }),
    );
  }

  #button({ label, press, main }, name) {
    return el("button", { type: "button", class: main ? "main" : "plain", [`data-${name}`]: true, click: press }, label);
  }

  #aloud({ reader, aloud }) {
    const { speech } = this;
    if (!speech.voice(reader.tag)) {
      return el("button", { type: "button", class: "plain voiceless", "data-aloud": true, disabled: true }, reader.word("aloud.none"));
    }
    const label = reader.word(speech.reading ? "aloud.stop" : "aloud.read");
    const press = () => (speech.reading ? speech.stop() : speech.read(aloud(), reader.tag));
    const button = el("button", { type: "button", class: "plain", "data-aloud": true, click: press }, label);
    if (document.activeElement?.hasAttribute("data-aloud")) queueMicrotask(() => button.focus());
    return button;
  }
}
