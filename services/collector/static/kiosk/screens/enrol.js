// Setting the device up: the device key and the clerk's PIN.

import { el } from "../dom.js";

/** The form. `found` is a key from the address; `go(key, pin)` gives what is wrong: {key: text} or {pin: text}, or nothing. */
export function enrol(content, reader, { found, go, back }) {
  const title = reader.word("enrol.title");
  const errors = el("p", { class: "error", role: "alert", id: "error" });
  const field = (id, hint, more) =>
    el(
      "div",
      { class: "field" },
      el("label", { for: id }, reader.word(`enrol.${id}`)),
      el("p", { class: "hint", id: `h-${id}` }, reader.word(hint)),
      el("input", { id, autocomplete: "off", spellcheck: "false", "aria-describedby": `h-${id} error`, ...more }),
    );
  const form = el(
    "form",
    { class: "enrol", autocomplete: "off", novalidate: true, submit: (event) => submit(event) },
    field("key", found ? "enrol.key_found" : "enrol.key_hint", { type: "text", maxlength: 200, value: found, autocapitalize: "characters" }),
    field("pin", "enrol.pin_hint", { type: "text", class: "secret", inputmode: "numeric", maxlength: 12 }),
    errors,
    el("button", { class: "main", "data-enrol": true }, reader.word("enrol.go")),
  );

  async function submit(event) {
    event.preventDefault();
    errors.textContent = reader.word("enrol.busy");
    const wrong = await go(form.querySelector("#key").value, form.querySelector("#pin").value);
    for (const input of form.querySelectorAll("input")) input.removeAttribute("aria-invalid");
    if (!wrong) return;
    const input = form.querySelector(`#${wrong.field}`);
    input.setAttribute("aria-invalid", "true");
    input.focus();
    errors.textContent = `${wrong.text}.`;
  }

  return {
    reader,
    kind: "desk",
    title: `${title} – ${reader.pick(content.title)}`,
    back: back && { label: reader.word("step.back"), press: back },
    body: [
      el("h1", { tabindex: -1 }, title),
      el("p", { class: "about" }, el("strong", {}, reader.word("clerk.survey"), ":"), " ", reader.say(content.title)),
      el("p", { class: "lead" }, reader.word("enrol.lead")),
      form,
    ],
  };
}

/** The clerk's PIN, with keys on the screen, for a kiosk has no others. `go(entered)` gives what is wrong, or nothing. */
export function unlock(content, reader, { go, back }) {
  const title = reader.word("unlock.title");
  const error = el("p", { class: "error", role: "alert", id: "error" });
  const input = el("input", {
    id: "pin",
    class: "secret",
    type: "text",
    inputmode: "numeric",
    maxlength: 200,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "error",
    "data-focus": true,
  });
  const press = (digit) => () => (input.value += digit);
  const key = (label, click, more = {}) => el("button", { type: "button", class: "key", click, ...more }, label);

  async function submit(event) {
    event.preventDefault();
    const wrong = await go(input.value);
    if (!wrong) return;
    input.value = "";
    input.focus();
    error.textContent = `${wrong}.`;
  }

  return {
    reader,
    kind: "desk",
    title: `${title} – ${reader.pick(content.title)}`,
    back: { label: reader.word("unlock.cancel"), press: back },
    body: [
      el("h1", { tabindex: -1 }, title),
      el("p", { class: "lead" }, reader.word("unlock.lead")),
      el(
        "form",
        { class: "unlock", autocomplete: "off", submit },
        el("label", { for: "pin" }, reader.word("unlock.field")),
        input,
        error,
        el(
          "div",
          { class: "keys" },
          [..."123456789"].map((digit) => key(digit, press(digit))),
          key("⌫", () => (input.value = input.value.slice(0, -1)), { "aria-label": reader.word("unlock.delete") }),
          key("0", press("0")),
          el("button", { class: "key main", "data-open": true }, reader.word("unlock.open")),
        ),
      ),
    ],
  };
}
