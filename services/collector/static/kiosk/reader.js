// One of the survey's languages: the kiosk's words in it, and the plan's texts.

import { el } from "./dom.js";

export class Reader {
  /** `language` is one entry of the content's `languages`. */
  constructor(language) {
    this.tag = language.tag;
    this.spoken = language.spoken;
    this.words = language.words;
    this.opens = language.opens;
    this.closes = language.closes;
  }

  /** The words of `key` with `values` put in for their {names}. A key without words is a mistake of ours. */
  word(key, values = {}) {
    const text = this.words[key];
    if (text === undefined) throw new Error(`no words for ${key}`);
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  /** A text of the plan in this language, or in the first it has. */
  pick(texts) {
    return texts[this.#tagOf(texts)];
  }

  /** `pick` as an element, marked with its language where that is not the one of the words. */
  say(texts) {
    const tag = this.#tagOf(texts);
    return tag === this.spoken ? texts[tag] : el("span", { lang: tag }, texts[tag]);
  }

  #tagOf(texts) {
    return [this.tag, this.spoken].find((tag) => tag in texts) ?? Object.keys(texts)[0];
  }
}
