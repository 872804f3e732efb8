// A person's way through the kiosk. All that they answer is in one object, in memory only, which is let go of at the end.

import * as questionnaire from "./questionnaire.js";
import { receipt as receiptOf } from "./receipt.js";
import { question } from "./screens/question.js";
import { code, notice, start, strata } from "./screens/start.js";
import { receipt, shut, summary } from "./screens/summary.js";

const nobody = () => ({ id: crypto.randomUUID(), tag: null, answers: {}, comment: "", invitation: null });

export class Visit {
  /** `kiosk` holds the parts of the device; see app.js. */
  constructor(kiosk) {
    this.kiosk = kiosk;
    this.person = null;
  }

  get inUse() {
    return this.person !== null;
  }

  /** Forget the person and show the start, or why no ballot is taken. */
  home = () => {
    const { kiosk } = this;
    const { content } = kiosk;
    this.person = null;
    [this.reader] = kiosk.readers;
    kiosk.idle.stop();
    this.phase = kiosk.clock.phase(content.period);
    if (kiosk.revoked) this.#shut("revoked");
    else if (this.phase !== "open") this.#shut(this.phase);
    else this.#show(start(content, kiosk.readers, { begin: this.#begin }));
    this.atHome = true;
  };

  #begin = (reader) => {
    if (this.kiosk.clock.phase(this.kiosk.content.period) !== "open") return this.home();
    this.person = { ...nobody(), tag: reader.tag };
    this.reader = reader;
    this.kiosk.idle.start();
    const offered = this.#offered();
    return offered.length > 1 ? this.#strata(offered) : this.#choose(offered[0]);
  };

  #offered() {
    const { content, device } = this.kiosk;
    return content.strata.filter((stratum) => device.strata.includes(stratum.id));
  }

  #strata(offered) {
    this.#show(strata(this.kiosk.content, this.reader, offered, { choose: this.#choose, back: this.home, stop: this.#stop }));
  }

  #choose = async (stratum) => {
    const { person, kiosk } = this;
    const free = !stratum.refuses || (await kiosk.places.free(stratum.id));
    if (this.person !== person) return;
    if (!free) {
      this.#shut("full", { back: this.home });
      return;
    }
    this.stratum = stratum;
    this.asked = kiosk.content.questionnaires[stratum.questionnaire];
    this.all = questionnaire.questions(this.asked);
    this.items = this.all.map(({ item }) => item);
    this.returning = false;
    this.#notice();
  };

  #notice = () => {
    const offered = this.#offered();
    const back = offered.length > 1 ? () => this.#strata(offered) : this.home;
    const go = this.stratum.invited ? () => this.#code() : () => this.#to(-1, 1);
    this.#show(notice(this.kiosk.content, this.reader, this.asked, { go, back, stop: this.#stop }));
  };

  #code(error) {
    const go = (entered) => {
      this.person.invitation = entered.trim();
      if (!this.person.invitation) this.#code(this.reader.word("ask.code_empty"));
      else this.#to(-1, 1);
    };
    const view = { go, back: this.#notice, stop: this.#stop, online: navigator.onLine, error };
    this.#show(code(this.kiosk.content, this.reader, view));
  }

  /** Go from question `from` in direction `by`: to a question, before the first, or to the summary. */
  #to(from, by) {
    const at = questionnaire.beside(this.items, this.person.answers, from, by);
    if (at < 0) this.#notice();
    else if (at >= this.all.length) this.#summary();
    else this.#question(at);
  }

  #question(at) {
    const { person, reader, kiosk } = this;
    const applying = this.items.filter((item) => questionnaire.applies(item, person.answers));
    const asked = { ...this.all[at], number: applying.indexOf(this.items[at]) + 1, all: applying.length };
    const forward = () => (this.returning ? this.#summary() : this.#to(at, 1));
    const actions = {
      answer: (item, value) => {
        person.answers[item.id] = value;
        forward();
      },
      clear: (item) => {
        delete person.answers[item.id];
        this.#question(at);
      },
      choose: (item, value) => this.#toggle(item, value),
      write: (text) => {
        person.comment = text;
        this.#name(text.trim() !== "");
      },
      back: () => (this.returning ? this.#summary() : this.#to(at, -1)),
      forward,
      stop: this.#stop,
    };
    this.#show(question(kiosk.content, reader, asked, person, actions));
  }

  /** Choose or unchoose one of several; false where that would be too many. */
  #toggle(item, value) {
    const given = this.person.answers[item.id] ?? [];
    const next = given.includes(value) ? given.filter((each) => each !== value) : [...given, value];
    if (next.length > item.at_most) return false;
    if (next.length) this.person.answers[item.id] = next;
    else delete this.person.answers[item.id];
    this.#name(next.length > 0);
    return true;
  }

  /** The forward button says whether it goes on with an answer or without. */
  #name(answered) {
    const button = document.querySelector("[data-forward]");
    button.textContent = this.reader.word(answered ? "step.next" : "step.skip");
    button.className = answered ? "main" : "plain";
  }

  #summary = (error) => {
    const { person, kiosk } = this;
    const change = (item) => {
      this.returning = true;
      this.#question(this.items.indexOf(item));
    };
    const back = () => {
      this.returning = false;
      this.#to(this.all.length, -1);
    };
    const actions = { change, back, send: this.#send, stop: this.#stop, error };
    this.#show(summary(kiosk.content, this.reader, this.asked, person, actions));
  };

  /** Store the ballot and show its receipt. From then on nothing of the person is here but the receipt on the screen. */
  #send = async () => {
    const { person, stratum, reader, kiosk } = this;
    if (this.sending) return;
    const ballot = questionnaire.ballotOf(person, stratum, this.asked, kiosk.content.comment_limit);
    if (Object.keys(ballot.answers).length === 0) {
      const text = `${reader.word("error.empty")}.`;
      this.#summary({ title: reader.word("summary.title"), text });
      return;
    }
    this.sending = true;
    try {
      const own = await receiptOf(ballot, kiosk.content.survey, stratum.group);
      await kiosk.keep(ballot);
      if (this.person === person) {
        this.person = nobody();
        this.#show(receipt(kiosk.content, reader, own, { done: this.home }));
      }
    } catch (error) {
      console.error("the ballot was not stored", error.name);
      this.#summary({ title: reader.word("sent.failed_title"), text: reader.word("sent.failed"), again: reader.word("sent.again") });
    } finally {
      this.sending = false;
    }
  };

  get #stop() {
    return { label: this.reader.word("begin.stop"), press: this.home };
  }

  #shut(name, actions) {
    this.#show(shut(this.kiosk.content, this.reader, name, actions));
  }

  #show(view) {
    this.atHome = false;
    this.kiosk.frame.draw(view);
  }
}
