// What the form does better with JavaScript: one question a page on a phone, a draft that survives a reload, sending that
// survives a lost answer. The server renders every page; without this file the same form works by plain posts.
"use strict";

(() => {
  document.documentElement.classList.add("script");
  const PREFIX = "hailong/draft/";
  const SENT = "hailong/sent";
  const WAIT = 30000;
  const phone = matchMedia("(max-width: 40rem)");

  // Storage may be forbidden. Then nothing is kept, and the form works all the same.
  const stored = (store, work) => {
    try {
      return work(window[store]);
    } catch {
      return null;
    }
  };
  const wipe = (survey) =>
    stored("localStorage", (store) => {
      const mine = Object.keys(store).filter((key) => key.startsWith(`${PREFIX}${survey}/`));
      mine.forEach((key) => store.removeItem(key));
    });

  const newId = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  // The order of shuffled choices follows from the ballot's random id: it stays when the page is loaded again.
  const weight = (text) => {
    let sum = 2166136261;
    for (const character of text) sum = Math.imul(sum ^ character.codePointAt(0), 16777619);
    sum = Math.imul(sum ^ (sum >>> 16), 2246822507);
    return (sum ^ (sum >>> 13)) >>> 0;
  };

  // Whether the page that is shown next is this form again, without the answers that are kept.
  let bringBack = false;

  const goTo = (target) => {
    if (!target) return;
    const field = target.matches("input, textarea, h1") ? target : target.querySelector("input, textarea") || target;
    field.focus({ preventScroll: true });
    target.scrollIntoView({ block: "start" });
  };

  // Links within the page move the focus without touching the address, which may hold an invitation.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    if (target.id === "main") target.focus();
    else goTo(target);
  });

  const token = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    return hash && !document.getElementById(hash) ? hash : "";
  };

  const show = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.title = page.title;
    for (const part of ["header", "main"]) {
      document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
    }
    begin();
    scrollTo(0, 0);
    document.querySelector("#errors, main h1:not([hidden] *)")?.focus();
  };

  function begin() {
    const main = document.querySelector("main");
    if ("wipeSurvey" in main.dataset) wipe(main.dataset.wipeSurvey);
    if ("strata" in main.dataset) main.querySelectorAll("ul a").forEach((link) => (link.hash = location.hash));
    main.querySelector("[data-done]")?.addEventListener("click", () => stored("sessionStorage", (s) => s.removeItem(SENT)));
    const form = document.getElementById("ballot");
    if (form) run(form);
  }

  function run(form) {
    const data = form.dataset;
    const key = `${PREFIX}${data.survey}/${data.stratum}`;
    const sections = [...form.querySelectorAll("[data-step]")];
    const last = sections.length - 1;
    const items = [...form.querySelectorAll("[data-item]")];
    const news = form.querySelector("#news");
    const lost = form.querySelector("#lost");
    const field = (name) => form.elements.namedItem(name);
    let page = { step: Number(field("at").value), item: null };
    let sending = false;
    let unsure = !lost.hidden;
    let reserving = false;
    let holding = false;
    let renewAt = 0;

    const picked = (item) => [...item.querySelectorAll("input:checked")].map((input) => input.value);
    const answered = (item) => (item.dataset.item === "comment" ? field("comment").value.trim() : picked(item).length) > 0;
    const byId = (id) => items.find((item) => item.dataset.item === id);

    function applies(item) {
      const asked = item.dataset.if && byId(item.dataset.if);
      if (!asked || !applies(asked)) return true;
      const given = picked(asked);
      const wanted = JSON.parse(item.dataset.ifIn);
      return given.length === 0 || given.some((choice) => wanted.includes(choice));
    }

    // The pages there are now: {step, item}, where item is the one question of a phone's page.
    function pages() {
      return sections.flatMap((section, step) => {
        const own = items.filter((item) => section.contains(item) && applies(item));
        if (step === 0 || step === last) return [{ step, item: null }];
        if (own.length === 0) return [];
        return phone.matches ? own.map((item) => ({ step, item: item.dataset.item })) : [{ step, item: null }];
      });
    }

    function place(all) {
      const exact = all.findIndex((p) => p.step === page.step && p.item === page.item);
      const near = all.findIndex((p) => p.step >= page.step);
      return exact >= 0 ? exact : Math.max(near, 0);
    }

    function draw({ focus = false } = {}) {
      const all = pages();
      const at = place(all);
      page = all[at];
      field("at").value = page.step;
      if (page.step === last) field("reviewed").value = "yes";
      lost.hidden = !unsure;
      form.querySelector("[data-wipe]").parentElement.hidden = page.step === 0 && !items.some(answered);
      sections.forEach((section, step) => (section.hidden = unsure || step !== page.step));
      items.forEach((item) => (item.hidden = !applies(item) || (page.item !== null && item.dataset.item !== page.item)));
      const section = unsure ? lost : sections[page.step];
      const text = phone.matches ? data.question : data.page;
      const count = all.length - (phone.matches ? 2 : 1);
      section.querySelectorAll("[data-progress]").forEach((progress) => {
        progress.querySelector("progress").max = count;
        progress.querySelector("progress").value = at;
        progress.querySelector("span").textContent = text.replace("{at}", at).replace("{all}", count);
      });
      form.querySelectorAll("[data-review]").forEach((button) => (button.hidden = field("reviewed").value !== "yes"));
      nameNext();
      if (page.step === last) summarise();
      const label = section.querySelector("[data-progress] span") || section.querySelector("h1");
      document.title = document.title.replace(/^.*? – /, `${label.textContent} – `);
      if (focus) {
        scrollTo(0, 0);
        const only = page.item !== null && !unsure ? byId(page.item) : section.querySelector("h1");
        only.focus({ preventScroll: true });
      }
    }

    function nameNext() {
      const only = page.item !== null && byId(page.item);
      const next = sections[page.step].querySelector("[data-next]");
      if (next) next.textContent = only && !answered(only) ? data.skip : data.next;
    }

    function summarise() {
      form.querySelectorAll("[data-row]").forEach((row) => {
        const item = byId(row.dataset.row);
        const given = row.querySelector("[data-given]");
        row.hidden = !applies(item);
        given.classList.toggle("skipped", !answered(item));
        const words = [...item.querySelectorAll("label:has(:checked) .said")].map((said) => said.textContent).join("; ");
        given.textContent = item.dataset.item === "comment" ? field("comment").value.trim() : words;
        if (!answered(item)) given.textContent = data.skipped;
      });
    }

    function turn(to, { replace = false } = {}) {
      page = to;
      news.textContent = "";
      form.querySelector("#errors")?.remove();
      draw({ focus: true });
      history[replace ? "replaceState" : "pushState"](page, "", location.href);
      keep();
    }

    function move(by) {
      if (by > 0 && page.step === 0 && held() && !holding) {
        reserve(() => step(1));
        return;
      }
      step(by);
    }

    function step(by) {
      const all = pages();
      turn(all[Math.min(Math.max(place(all) + by, 0), all.length - 1)]);
    }

    // A place is reserved where the number of ballots is limited. Whatever keeps it from being reserved does not keep anybody
    // from answering: without one, a ballot takes a place when it is sent, if there is one.
    const held = () => Number(data.hold);
    const places = `/api/v1/surveys/${encodeURIComponent(data.survey)}/places`;
    const mine = () => `${places}/${encodeURIComponent(field("place").value)}`;

    async function reserve(then) {
      if (reserving) return;
      reserving = true;
      const code = field("invitation")?.value || "";
      let answer = null;
      try {
        const body = new URLSearchParams({ at: "0", go: "next", place: field("place").value, invitation: code });
        const response = await fetch(form.getAttribute("action"), { method: "POST", body, signal: AbortSignal.timeout(WAIT) });
        if (response.status < 500 && response.status !== 429) answer = { status: response.status, html: await response.text() };
      } catch {
        answer = null;
      }
      reserving = false;
      const given = answer && new DOMParser().parseFromString(answer.html, "text/html").querySelector("#ballot [name=place]");
      if (answer && (answer.status !== 200 || !given)) {
        removeEventListener("popstate", onPop);
        bringBack = true;
        show(answer.html);
        return;
      }
      if (given) holds(given.value);
      then();
    }

    function holds(place) {
      field("place").value = place;
      holding = true;
      renewAt = Date.now() + (held() * 1000) / 3;
      keep();
    }

    // Every sign of life keeps the place for another term.
    async function renew() {
      if (!holding || Date.now() < renewAt || sending || unsure) return;
      renewAt = Date.now() + (held() * 1000) / 3;
      try {
        const response = await fetch(mine(), { method: "PUT" });
        if (response.status !== 404) return;
        const body = JSON.stringify({ stratum: data.stratum, invitation: field("invitation")?.value || null });
        const again = await fetch(places, { method: "POST", headers: { "Content-Type": "application/json" }, body });
        if (again.status === 201) holds((await again.json()).place || "");
        else if (again.status === 409) {
          holding = false;
          news.textContent = data.lostPlace;
        }
      } catch {
        // The network is away: the next sign of life tries again.
      }
    }

    const release = () => holding && fetch(mine(), { method: "DELETE", keepalive: true }).catch(() => {});

    const pageOf = (id) => ({ step: sections.findIndex((s) => s.contains(byId(id))), item: phone.matches ? id : null });

    function keep() {
      const given = [...new FormData(form)].filter(([name]) => name.startsWith("a.") || name === "comment");
      renew();
      const draft = { id: field("id").value, place: holding ? field("place").value : "", version: data.version, given, page, reviewed: field("reviewed").value, unsure };
      stored("localStorage", (store) => store.setItem(key, JSON.stringify({ ...draft, address: form.getAttribute("action") })));
    }

    function restore() {
      const draft = stored("localStorage", (store) => JSON.parse(store.getItem(key)));
      if (!draft || draft.version !== data.version) {
        field("id").value = newId();
        return false;
      }
      field("id").value = draft.id;
      holding = Boolean(draft.place);
      if (holding) field("place").value = draft.place;
      field("reviewed").value = draft.reviewed;
      for (const [name, value] of draft.given) {
        if (name === "comment") field("comment").value = value;
        else form.querySelectorAll("input").forEach((i) => (i.checked ||= i.name === name && i.value === value));
      }
      page = draft.page;
      unsure = draft.unsure;
      // What may have arrived must be sent again as it was, its language too.
      if (unsure) form.setAttribute("action", draft.address);
      return draft.given.some(([, value]) => value !== "");
    }

    function shuffle() {
      form.querySelectorAll("[data-shuffle] .options").forEach((options) => {
        const choices = [...options.children];
        const free = choices.filter((choice) => !("fixed" in choice.dataset));
        const order = (choice) => weight(field("id").value + choice.querySelector("input").value);
        free.sort((a, b) => order(a) - order(b));
        options.append(...free, ...choices.filter((choice) => "fixed" in choice.dataset));
      });
    }

    async function send() {
      if (sending) return;
      sending = true;
      const buttons = [...form.querySelectorAll("[data-send]")];
      const names = buttons.map((button) => button.textContent);
      buttons.forEach((button) => {
        button.setAttribute("aria-disabled", "true");
        button.textContent = data.sending;
      });
      const body = new URLSearchParams(new FormData(form));
      body.set("go", "send");
      let answer = null;
      // From here on the ballot may have arrived, whatever this page comes to know of it.
      unsure = true;
      keep();
      try {
        const response = await fetch(form.getAttribute("action"), { method: "POST", body, signal: AbortSignal.timeout(WAIT) });
        answer = { status: response.status, html: await response.text() };
      } catch {
        answer = null;
      }
      sending = false;
      buttons.forEach((button, at) => {
        button.removeAttribute("aria-disabled");
        button.textContent = names[at];
      });
      if (!answer || answer.status >= 500 || answer.status === 429 || !answer.html.includes("<main")) {
        draw({ focus: true });
        return;
      }
      settle(answer);
    }

    function settle(answer) {
      const accepted = answer.status === 200 || answer.status === 201;
      unsure = false;
      if (accepted) {
        wipe(data.survey);
        const kept = JSON.stringify({ path: location.pathname, html: answer.html });
        stored("sessionStorage", (store) => store.setItem(SENT, kept));
        history.replaceState(null, "", location.pathname + location.search);
      } else {
        page = { step: 0, item: null };
        keep();
      }
      removeEventListener("popstate", onPop);
      show(answer.html);
    }

    const onPop = (event) => {
      if (sending || unsure || !form.isConnected) return;
      page = event.state || { step: 0, item: null };
      draw({ focus: true });
    };

    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      const verb = button?.value || "next";
      event.preventDefault();
      if (unsure || "send" in (button?.dataset || {})) send();
      else if ("to" in (button?.dataset || {})) turn(pageOf(button.dataset.to));
      else if ("clear" in (button?.dataset || {})) clear(button.closest("[data-item]"));
      else if (button?.name === "lang") speak(button.value);
      else if ("default" in (button?.dataset || {}) && page.step === last) send();
      else if (verb === "review") turn({ step: last, item: null });
      else move(verb === "back" ? -1 : 1);
    });

    function speak(tag) {
      keep();
      const address = `${location.pathname}?lang=${encodeURIComponent(tag)}`;
      if (stored("localStorage", (store) => store.getItem(key)) === null) {
        // Nothing can be kept here: let the server carry the answers over.
        field("at").value = page.step;
        const wish = Object.assign(document.createElement("input"), { type: "hidden", name: "lang", value: tag });
        form.append(wish);
        form.submit();
        return;
      }
      history.replaceState(history.state, "", address + location.hash);
      location.reload();
    }

    function clear(item) {
      item.querySelectorAll("input:checked").forEach((input) => (input.checked = false));
      item.querySelector(".full")?.replaceChildren();
      nameNext();
      keep();
      item.querySelector("input").focus();
    }

    form.addEventListener("input", (event) => {
      const item = event.target.closest("[data-item]");
      if (item?.classList.contains("several")) limit(item, event.target);
      nameNext();
      keep();
    });

    function limit(item, input) {
      const full = item.querySelector(".full");
      const over = picked(item).length > Number(item.dataset.atMost);
      if (over) input.checked = false;
      full.textContent = over ? full.dataset.full : "";
    }

    form.querySelector("[data-wipe]").addEventListener("click", () => {
      if (!confirm(data.sure)) return;
      wipe(data.survey);
      release();
      holding = false;
      form.reset();
      form.querySelectorAll("input:checked").forEach((input) => (input.checked = false));
      field("comment") && (field("comment").value = "");
      field("id").value = newId();
      field("reviewed").value = "no";
      unsure = false;
      page = { step: 0, item: null };
      form.querySelector("#errors")?.remove();
      draw({ focus: true });
      history.replaceState(page, "", location.href);
      news.textContent = data.wiped;
    });

    const errors = form.querySelector("#errors");
    const fresh = !errors && !unsure && page.step === 0;
    const back = bringBack;
    bringBack = false;
    if ((fresh || back) && restore()) news.textContent = data.restored;
    const code = field("invitation");
    if (code && !code.value) code.value = token();
    shuffle();
    addEventListener("popstate", onPop);
    phone.addEventListener("change", () => form.isConnected && draw());
    draw();
    history.replaceState(page, "", location.href);
  }

  const sent = stored("sessionStorage", (store) => JSON.parse(store.getItem(SENT)));
  if (sent && sent.path === location.pathname && document.getElementById("ballot")) show(sent.html);
  else begin();
})();
