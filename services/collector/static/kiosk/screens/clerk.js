// The clerk's page: how the device is, and what can be done about it.

import { el } from "../dom.js";

const button = (label, name, press, more = {}) =>
  el("button", { type: "button", class: "plain", [`data-${name}`]: true, click: press, ...more }, label);

/** A button that has to be pressed twice: the second time within ten seconds. */
function twice(label, sure, name, press) {
  let asked = false;
  return button(label, name, (event) => {
    if (asked) return press();
    asked = true;
    const own = event.currentTarget;
    own.textContent = sure;
    setTimeout(() => {
      asked = false;
      own.textContent = label;
    }, 10000);
  });
}

/** `state` is what clerk.js gathered; `actions` what its buttons do. */
export function clerk(content, reader, state, actions) {
  const title = reader.word("clerk.title");
  return {
    reader,
    kind: "desk",
    title: `${title} – ${reader.pick(content.title)}`,
    back: { label: reader.word("clerk.back"), press: actions.close },
    body: [
      el("h1", { tabindex: -1 }, title),
      languages(reader, actions),
      el("p", { class: "news", role: "status", "data-news": true }),
      facts(content, reader, state),
      el(
        "div",
        { class: "turn" },
        button(reader.word("clerk.synchronise"), "synchronise", actions.synchronise),
        button(reader.word("clerk.give_back"), "give-back", actions.giveBack),
        button(reader.word("clerk.update"), "update", actions.update),
      ),
      idle(reader, state, actions),
      refused(reader, state, actions),
      el(
        "div",
        { class: "turn" },
        state.connection.state === "revoked" &&
          button(reader.word("clerk.export_waiting"), "export-waiting", () => actions.export({ waiting: true })),
        button(reader.word("clerk.rekey"), "rekey", actions.rekey),
        twice(reader.word("clerk.unenrol"), reader.word("clerk.unenrol_sure"), "unenrol", actions.unenrol),
      ),
    ],
  };
}

function languages(reader, { readers, speak }) {
  const one = (each) =>
    button(each.words["language.name"], "speak", () => speak(each), {
      lang: each.spoken,
      "aria-current": each === reader ? "true" : null,
    });
  return el("nav", { class: "languages", "aria-label": reader.word("kiosk.saying") }, readers.map(one));
}

function facts(content, reader, state) {
  const yes = (value) => reader.word(value ? "clerk.yes" : "clerk.no");
  const { device, counts, connection } = state;
  const rows = {
    name: device.name,
    survey: content.survey,
    strata: content.strata.filter(({ id }) => device.strata.includes(id)).map(({ title }) => reader.pick(title)).join("; "),
    waiting: counts.waiting,
    refused: counts.refused,
    synchronised: state.synchronised ? moment(state.synchronised) : reader.word("clerk.never"),
    state: reader.word(`clerk.${connection.state}`, connection),
    places: places(content, reader, state.places),
    gaps: state.gaps.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(", ") || reader.word("clerk.none"),
    bursts: state.bursts,
    differing: state.differing,
    clock: state.skew ? reader.word("clerk.clock_wrong", { minutes: Math.round(state.skew / 60000) }) : reader.word("clerk.clock_right"),
    offline: yes(state.offline),
    persistent: yes(state.persistent),
    version: `${state.version} / ${content.version}`,
  };
  const bad = { refused: counts.refused, state: connection.state !== "fine", gaps: state.gaps.length, differing: state.differing };
  const row = ([name, value]) => [
    el("dt", {}, reader.word(`clerk.${name}`)),
    el("dd", { "data-fact": name, class: bad[name] ? "bad" : null }, String(value)),
  ];
  return el("dl", { class: "sheet facts" }, Object.entries(rows).map((entry) => el("div", { class: "row" }, row(entry))));
}

const places = (content, reader, borrowed) =>
  content.strata
    .filter(({ id }) => id in borrowed)
    .map(({ id, title }) => `${reader.pick(title)}: ${borrowed[id]}`)
    .join("; ") || reader.word("clerk.none");

function idle(reader, state, { setIdle }) {
  const input = el("input", { id: "idle", type: "text", inputmode: "numeric", maxlength: 3, value: state.idle, autocomplete: "off" });
  return el(
    "div",
    { class: "field" },
    el("label", { for: "idle" }, reader.word("clerk.idle")),
    el("div", { class: "turn" }, input, button(reader.word("clerk.idle_set"), "idle", () => setIdle(Number(input.value)))),
  );
}

function refused(reader, state, actions) {
  const list = state.refused;
  const row = ({ sequence, problem }) =>
    el("li", {}, `${reader.word("clerk.number")} ${sequence}: `, el("span", { lang: "en" }, `${problem.title ?? problem.type}`));
  const exported = list.filter(({ sequence }) => state.exported.includes(sequence));
  return el(
    "section",
    { class: "refused", "aria-labelledby": "refused" },
    el("h2", { id: "refused" }, reader.word("clerk.list")),
    el("p", {}, reader.word(list.length ? "clerk.list_lead" : "clerk.list_empty")),
    list.length > 0 && el("ul", { class: "sheet" }, list.map(row)),
    list.length > 0 &&
      el(
        "div",
        { class: "turn" },
        button(reader.word("clerk.again"), "again", actions.retry),
        button(reader.word("clerk.export"), "export", () => actions.export({ waiting: false })),
        exported.length > 0 &&
          twice(
            reader.word("clerk.remove", { number: exported.length }),
            reader.word("clerk.remove_sure", { number: exported.length }),
            "remove",
            () => actions.remove(exported.map(({ sequence }) => sequence)),
          ),
      ),
    state.phrase &&
      el(
        "div",
        { class: "sheet", role: "status" },
        el("p", {}, reader.word("clerk.exported_done", state.phrase)),
        el("p", {}, reader.word("clerk.exported")),
        el("p", { class: "receipt-code", translate: "no", "data-phrase": state.phrase.phrase }, state.phrase.phrase),
      ),
  );
}

function moment(time) {
  const at = new Date(time);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())} ${two(at.getDate())}/${two(at.getMonth() + 1)}/${at.getFullYear()}`;
}
