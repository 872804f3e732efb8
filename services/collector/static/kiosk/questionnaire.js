// What is asked of one person, and the ballot that their answers make. Plain functions: no page, no storage.

/** Whether `item` is asked: it is unless the question it depends on was answered otherwise. */
export function applies(item, answers) {
  const condition = item.applies_if;
  const answer = condition && answers[condition.question];
  if (answer == null) return true;
  return [answer].flat().some((choice) => condition.choices.includes(choice));
}

/** The questions in order, each with the step of the form that it stands on. */
export const questions = (questionnaire) =>
  questionnaire.steps.flatMap((step) => step.items.map((item) => ({ step, item })));

/** The answers that hold together: none to a question that an earlier answer rules out. */
export function consistent(items, answers) {
  const kept = {};
  for (const item of items) {
    if (item.id in answers && applies(item, kept)) kept[item.id] = answers[item.id];
  }
  return kept;
}

/** The place beside `at` in direction `by` (1 or -1) with a question that applies; -1 before the first, the length after the last. */
export function beside(items, answers, at, by) {
  let next = at + by;
  while (next >= 0 && next < items.length && !applies(items[next], answers)) next += by;
  return next;
}

// What the browser strips from the ends of a text and Python does not, or the other way, may not be in it at all: then both
// read the same comment, and reach the same receipt.
const UNWRITTEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff\ud800-\udfff]/gu;

/** A comment as it is stored: NFC, no control characters, no blanks around it; null where nothing is left. */
export function written(text, limit) {
  const lines = text.replace(/\r\n?/g, "\n").replace(UNWRITTEN, "").normalize("NFC");
  return [...lines].slice(0, limit).join("").trim() || null;
}

/** The body of one ballot for the API. What a filter rules out is answered "no opinion" where it is rated, as the server does. */
export function ballotOf(person, stratum, questionnaire, commentLimit) {
  const items = questions(questionnaire).map(({ item }) => item);
  const answers = consistent(items, person.answers);
  const complete = {};
  for (const item of items) {
    const given = answers[item.id];
    if (item.kind === "comment") continue;
    if (given === undefined) {
      if (item.kind === "rating" && questionnaire.no_opinion && !applies(item, answers)) complete[item.id] = 0;
    } else if (item.kind === "rating") complete[item.id] = Number(given);
    else if (item.kind === "several") complete[item.id] = item.options.map((o) => o.value).filter((v) => given.includes(v));
    else complete[item.id] = given;
  }
  const comment = written(person.comment, commentLimit);
  return {
    id: person.id,
    stratum: stratum.id,
    channel: "kiosk",
    language: person.tag,
    questionnaire: questionnaire.version,
    answers: complete,
    ...(comment && { comment }),
    ...(person.invitation && { invitation: person.invitation }),
  };
}

// An order that follows from the ballot's random id: it stays while a person goes back and forth.
function weight(text) {
  let sum = 2166136261;
  for (const character of text) sum = Math.imul(sum ^ character.codePointAt(0), 16777619);
  sum = Math.imul(sum ^ (sum >>> 16), 2246822507);
  return (sum ^ (sum >>> 13)) >>> 0;
}

/** The options in the order to show them in. */
export function shown(item, id) {
  if (!item.shuffle) return item.options;
  const free = item.options.filter((option) => !option.fixed);
  free.sort((a, b) => weight(id + a.value) - weight(id + b.value));
  return [...free, ...item.options.filter((option) => option.fixed)];
}
