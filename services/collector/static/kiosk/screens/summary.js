// After the questions: everything at a glance, then the receipt.

import { el } from "../dom.js";
import { qr } from "../qr.js";
import { applies, consistent, questions } from "../questionnaire.js";

/** All answers, each with a button to change it. `error` is shown above them. */
export function summary(content, reader, questionnaire, person, { change, send, back, stop, error }) {
  const all = questions(questionnaire);
  const items = all.map(({ item }) => item);
  const answers = consistent(items, person.answers);
  const asked = items.filter((item) => applies(item, answers));
  const title = error?.title ?? reader.word("summary.title");
  return {
    reader,
    kind: "summary",
    title: `${title} – ${reader.pick(content.title)}`,
    aloud: () => [title, ...asked.map((item) => `${reader.pick(item.text)}: ${given(reader, item, person)}`)].join(". "),
    back: { label: reader.word("step.back"), press: back },
    forward: { label: error?.again ?? reader.word("summary.send"), press: send, main: true },
    stop,
    body: [
      el("h1", { tabindex: -1 }, title),
      error ? el("p", { class: "error", role: "alert" }, error.text) : el("p", { class: "lead" }, reader.word("summary.lead")),
      el("dl", { class: "sheet" }, asked.map((item) => row(reader, item, person, change))),
      el("p", { class: "hint" }, reader.word("summary.once")),
    ],
  };
}

function given(reader, item, person) {
  if (item.kind === "comment") return person.comment.trim() || reader.word("summary.skipped");
  const picked = [person.answers[item.id] ?? []].flat();
  const chosen = item.options.filter((option) => picked.includes(option.value));
  return chosen.map((option) => reader.pick(option.text)).join("; ") || reader.word("summary.skipped");
}

function row(reader, item, person, change) {
  const words = given(reader, item, person);
  const skipped = words === reader.word("summary.skipped");
  return el(
    "div",
    { class: "row", "data-row": item.id },
    el("dt", {}, reader.say(item.text)),
    el(
      "dd",
      {},
      el("span", { class: `given${skipped ? " skipped" : ""}`, lang: skipped ? null : reader.tag }, words),
      el(
        "button",
        { type: "button", class: "plain", "data-to": item.id, click: () => change(item) },
        reader.word("summary.change"),
        el("span", { class: "unseen" }, ": ", reader.say(item.text)),
      ),
    ),
  );
}

/** What the person takes along. Nothing of the answers is in it. */
export function receipt(content, reader, code, { done }) {
  const parts = code.split("-");
  const title = reader.word("sent.title");
  return {
    reader,
    kind: "stored",
    title: `${title} – ${reader.pick(content.title)}`,
    aloud: () => [title, ...["sent.thanks", "sent.stored", "receipt.what"].map((key) => reader.word(key))].join(". "),
    forward: { label: reader.word("sent.done"), press: done, main: true },
    body: [
      el("h1", { tabindex: -1 }, title),
      el("p", { class: "lead" }, reader.word("sent.thanks")),
      el("p", {}, reader.word("sent.stored")),
      el(
        "div",
        { class: "sheet receipt" },
        el("figure", { role: "img", "aria-label": reader.word("receipt.qr", { code }) }, qr(`${content.survey} ${code}`)),
        el(
          "div",
          {},
          el("h2", {}, reader.word("receipt.code")),
          el(
            "p",
            { class: "receipt-code", translate: "no", "data-receipt": code },
            parts.map((part, at) => el("span", {}, at < parts.length - 1 ? `${part}-` : part)),
          ),
          el("p", {}, reader.word("receipt.what")),
        ),
      ),
    ],
  };
}

/** A screen that says one thing: early, closed, full, revoked. */
export function shut(content, reader, name, { back } = {}) {
  const values = { opens: reader.opens, closes: reader.closes };
  const [title, text] = [reader.word(`shut.${name}_title`), reader.word(`shut.${name}`, values)];
  return {
    reader,
    kind: "shut",
    title: `${title} – ${reader.pick(content.title)}`,
    aloud: () => `${title}. ${text}`,
    forward: back && { label: reader.word("shut.back"), press: back, main: true },
    body: [
      el("p", { class: "body" }, reader.say(content.body.name), ", ", reader.say(content.body.place)),
      el("h1", { tabindex: -1, "data-shut": name }, title),
      el("p", { class: "lead" }, text),
      el("p", { class: "hint" }, reader.say(content.title)),
    ],
  };
}
