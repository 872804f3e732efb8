// The screens before the questions: languages, what one came for, the notice, the invitation's code.

import { el } from "../dom.js";
import { questions } from "../questionnaire.js";

/** The start: the survey's name, and a button for each language. */
export function start(content, readers, { begin }) {
  const [first, ...others] = readers;
  const { name, place } = content.body;
  return {
    reader: first,
    title: first.pick(content.title),
    kind: "start",
    aloud: () => `${first.pick(content.title)}. ${first.word("begin.choose")}.`,
    body: [
      el("p", { class: "body" }, first.say(name), ", ", first.say(place)),
      el("h1", { tabindex: -1 }, first.say(content.title)),
      others.map((reader) => el("p", { class: "second", lang: reader.tag }, reader.pick(content.title))),
      el("div", { class: "choices" }, content.languages.map((language, at) => languageButton(language, readers[at], begin))),
    ],
  };
}

function languageButton({ tag, spoken, name }, reader, begin) {
  return el(
    "button",
    { type: "button", class: "choice language", "data-language": tag, lang: spoken, click: () => begin(reader) },
    el("strong", { lang: tag }, name),
    el("span", {}, reader.word("begin.go")),
  );
}

/** What the person came for. */
export function strata(content, reader, offered, { choose, back, stop }) {
  const title = reader.word("ask.stratum");
  const choice = (stratum) =>
    el(
      "button",
      { type: "button", class: "choice", "data-stratum": stratum.id, click: () => choose(stratum) },
      el("strong", {}, reader.say(stratum.title)),
    );
  return {
    reader,
    title: `${title} – ${reader.pick(content.title)}`,
    aloud: () => [title, ...offered.map((stratum) => reader.pick(stratum.title))].join(". "),
    back: { label: reader.word("step.back"), press: back },
    stop,
    body: [el("h1", { tabindex: -1 }, title), el("div", { class: "choices" }, offered.map(choice))],
  };
}

/** What the survey is for and what happens with the answers. */
export function notice(content, reader, questionnaire, { go, back, stop }) {
  const title = reader.word("begin.notice");
  const number = questions(questionnaire).length;
  const lines = [reader.word("begin.kept"), reader.word("start.count", { number })];
  return {
    reader,
    title: `${title} – ${reader.pick(content.title)}`,
    aloud: () => [title, reader.pick(content.purpose), reader.pick(content.notice), ...lines].join(". "),
    back: { label: reader.word("step.back"), press: back },
    forward: { label: reader.word("begin.agree"), press: go, main: true },
    stop,
    body: [
      el("h1", { tabindex: -1 }, title),
      el("p", { class: "lead" }, reader.say(content.purpose)),
      el("p", {}, reader.say(content.notice)),
      lines.map((line) => el("p", {}, line)),
    ],
  };
}

/** The invitation's code, where the stratum admits only who holds one. */
export function code(content, reader, { go, back, stop, online, error }) {
  const title = reader.word("ask.code");
  const read = () => document.getElementById("code").value;
  return {
    reader,
    title: `${error ? `${reader.word("error.page")}: ` : ""}${title} – ${reader.pick(content.title)}`,
    aloud: () => `${title}. ${reader.word("ask.code_hint")}`,
    back: { label: reader.word("step.back"), press: back },
    forward: { label: reader.word("step.next"), press: () => go(read()), main: true },
    stop,
    body: [
      el("h1", { tabindex: -1, id: "question" }, title),
      el("p", { class: "hint", id: "hint" }, reader.word("ask.code_hint"), online ? "" : ` ${reader.word("ask.no_network")}`),
      error && el("p", { class: "error", id: "error", role: "alert" }, reader.word("error.page"), ": ", error, "."),
      el("input", {
        id: "code",
        type: "text",
        maxlength: 200,
        autocomplete: "off",
        autocapitalize: "characters",
        spellcheck: "false",
        "aria-labelledby": "question",
        "aria-describedby": error ? "hint error" : "hint",
        "aria-invalid": error ? "true" : null,
        "data-focus": true,
        keydown: (event) => event.key === "Enter" && go(read()),
      }),
    ],
  };
}
