// One question on the screen. A press on an answer answers and goes on; several choices and the comment go on by the bar.

import { el, face } from "../dom.js";
import { shown } from "../questionnaire.js";

/** `asked` is {step, item, number, all}; `person` holds the answers; `actions` are answer, write, back, forward and stop. */
export function question(content, reader, asked, person, actions) {
  const { step, item, number, all } = asked;
  const answer = item.kind === "comment" ? person.comment || undefined : person.answers[item.id];
  const drawn = { comment: comment, several: several }[item.kind] ?? single;
  const body = drawn(content, reader, item, person, actions);
  const progress = reader.word("step.question", { at: number, all });
  return {
    reader,
    kind: `question ${item.kind}`,
    title: `${progress} – ${reader.pick(content.title)}`,
    aloud: () => spoken(reader, step, item, person),
    back: { label: reader.word("step.back"), press: actions.back },
    forward: forward(reader, answer, actions),
    stop: actions.stop,
    body: [
      el(
        "p",
        { class: "progress" },
        el("progress", { value: number, max: all, "aria-hidden": "true" }),
        el("span", {}, progress),
      ),
      el(
        "div",
        { class: "asked" },
        el("p", { class: "step" }, step.title ? reader.say(step.title) : reader.word(step.word)),
        step.stem && item.kind === "rating" && el("p", { class: "stem", id: "stem" }, reader.say(step.stem)),
        el("h1", { id: "question", tabindex: -1, "aria-describedby": step.stem ? "stem" : null }, reader.say(item.text)),
        body.hint,
      ),
      body.field,
    ],
  };
}

const forward = (reader, answer, actions) => ({
  label: reader.word(answer?.length ? "step.next" : "step.skip"),
  main: Boolean(answer?.length),
  press: actions.forward,
});

function spoken(reader, step, item, person) {
  const stem = step.stem && item.kind === "rating" ? [reader.pick(step.stem)] : [];
  return [...stem, reader.pick(item.text), ...shown(item, person.id).map((option) => reader.pick(option.text))].join(". ");
}

function option(reader, each, pressed, press) {
  return el(
    "button",
    {
      type: "button",
      class: `option${each.apart ? " apart" : ""}`,
      "data-value": each.value,
      "aria-pressed": String(pressed),
      click: press,
    },
    each.mouth && face(each.mouth),
    el("span", { class: "said" }, reader.say(each.text)),
    el("span", { class: "tick", "aria-hidden": "true" }),
  );
}

const group = (children) => el("div", { class: "options", role: "group", "aria-labelledby": "question" }, children);

function single(content, reader, item, person, { answer, clear }) {
  const given = person.answers[item.id];
  const options = shown(item, person.id).map((each) => option(reader, each, given === each.value, () => answer(item, each.value)));
  const remove = el("button", { type: "button", class: "clear", "data-clear": true, click: () => clear(item) }, reader.word("step.clear"));
  return { field: group([options, given !== undefined && remove]) };
}

function several(content, reader, item, person, { choose }) {
  const full = el("p", { class: "full", role: "status" });
  const press = (each) => (event) => {
    const over = !choose(item, each.value);
    full.textContent = over ? reader.word("step.full", { number: item.at_most }) : "";
    const given = person.answers[item.id] ?? [];
    event.currentTarget.setAttribute("aria-pressed", String(given.includes(each.value)));
  };
  const given = person.answers[item.id] ?? [];
  return {
    hint: el("p", { class: "hint" }, reader.word("step.at_most", { number: item.at_most })),
    field: [group(shown(item, person.id).map((each) => option(reader, each, given.includes(each.value), press(each)))), full],
  };
}

function comment(content, reader, item, person, { write }) {
  return {
    hint: el("p", { class: "hint", id: "hint" }, reader.word("step.comment_hint", { number: content.comment_limit })),
    field: el(
      "textarea",
      {
        id: "comment",
        rows: 6,
        maxlength: content.comment_limit,
        autocomplete: "off",
        autocorrect: "off",
        spellcheck: "false",
        "aria-labelledby": "question",
        "aria-describedby": "hint",
        input: (event) => write(event.target.value),
      },
      person.comment,
    ),
  };
}
