// The office's page that opens an exported file. It works on the file where it is; nothing is sent.

import { el } from "./dom.js";
import { NoExport, opened, save } from "./exporting.js";

const form = document.getElementById("opening");
const said = document.getElementById("said");
const words = JSON.parse(document.getElementById("main").dataset.words);

const put = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const say = (key, values = {}) => Object.entries(words).map(([tag, own]) => el("p", { lang: tag }, put(own[key], values)));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = form.querySelector("#file").files;
  try {
    const content = await opened(await file.text(), form.querySelector("#phrase").value);
    const number = content.ballots.length;
    const text = JSON.stringify(content, null, 1);
    const press = () => save(file.name.replace(/\.json$/, "-opened.json"), text);
    const labels = Object.entries(words).map(([tag, own]) => el("span", { lang: tag }, own["opening.save"], " "));
    const button = el("button", { type: "button", class: "plain", click: press }, labels);
    said.replaceChildren(...say("opening.opened", { ...content, number }), el("p", { class: "turn" }, button));
  } catch (error) {
    const key = error instanceof NoExport ? "opening.strange" : "opening.wrong";
    said.replaceChildren(...say(key));
  }
});
