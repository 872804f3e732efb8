// The kiosk's beginning: opens what the device keeps, wires the parts, and does what has to be done in the background.

import { Bursts } from "./bursts.js";
import { Clerk, idleSeconds } from "./clerk.js";
import { Clock } from "./clock.js";
import { StillThere } from "./dialog.js";
import { enrol, enrolled, isPin, keyInAddress, tidied } from "./enrolment.js";
import { Frame } from "./frame.js";
import { Idle } from "./idle.js";
import { Installation } from "./installation.js";
import { Places } from "./places.js";
import { Queue } from "./queue.js";
import { Reader } from "./reader.js";
import { enrol as enrolScreen } from "./screens/enrol.js";
import { Away, Server } from "./server.js";
import { Speech } from "./speech.js";
import { openStorage } from "./storage.js";
import { Synchroniser, exclusively } from "./synchroniser.js";
import { Visit } from "./visit.js";

const SOON = 15000;
const SELDOM = 300000;
const LOOK = 3600000;
const AGAIN = 5000;
const QUIET = 20000;

class Kiosk {
  /** `storage` is open, `content` what is asked. */
  constructor(storage, content, clock, idle) {
    const { survey } = storage;
    Object.assign(this, { storage, content, clock, idleSeconds: idle, survey, device: null, revoked: false });
    this.readers = content.languages.map((language) => new Reader(language));
    this.queue = new Queue(storage);
    this.bursts = new Bursts();
    this.speech = new Speech(() => this.frame?.refresh());
    this.frame = new Frame(document.getElementById("frame"), this.speech, content);
    this.visit = new Visit(this);
    this.clerk = new Clerk(this);
    this.installation = new Installation(survey, () => this.unused);
    const dialog = new StillThere(() => this.frame.view.reader, () => this.idle.answer());
    this.idle = new Idle({
      seconds: () => this.idleSeconds,
      busy: () => this.speech.listened,
      warn: (left) => dialog.warn(left),
      stay: () => dialog.close(),
      over: () => this.leave(),
    });
    addEventListener("online", () => this.synchronise());
    // Nothing that was answered outlives the page, not even in the browser's memory of pages to go back to.
    addEventListener("pagehide", () => this.leave());
  }

  /** Nobody is there: the start page stands on the screen. */
  get unused() {
    return this.device !== null && this.visit.atHome === true;
  }

  /** Forget whoever was there. */
  leave() {
    if (this.device) this.clerk.close();
  }

  /** Begin with the device that was set up, or set it up. */
  async begin(found) {
    const device = await enrolled(this.storage);
    if (device) this.use(device);
    if (!device || (found && tidied(found) !== device.key)) this.enrol({ found, back: device && (() => this.visit.home()) });
    else this.visit.home();
    this.installation.begin(() => this.#tell()).catch((error) => console.error("not installed", error.name));
    setInterval(() => this.installation.look(), LOOK);
    setInterval(() => this.#quiet(), QUIET);
  }

  /** Work as `device` from now on. */
  use(device) {
    this.device = device;
    this.server = new Server(this.survey, device.key, this.clock.heard);
    this.places = new Places(this.storage, this.server, this.clock.now);
    const groups = (id) => this.content.strata.find((stratum) => stratum.id === id)?.group;
    this.synchroniser = new Synchroniser({ queue: this.queue, storage: this.storage, server: this.server, groups });
    this.frame.toClerk = this.clerk.enter;
    this.synchronise();
  }

  /** The screen on which a key is entered. */
  enrol({ found = "", back = null }) {
    this.idle.stop();
    this.visit.atHome = false;
    this.frame.draw(enrolScreen(this.content, this.readers[0], { found, back, go: (key, pin) => this.#enrol(key, pin) }));
  }

  async #enrol(entered, pin) {
    const word = (name, values) => this.readers[0].word(`enrol.${name}`, values);
    const key = tidied(entered);
    if (!key) return { field: "key", text: word("malformed") };
    if (!isPin(pin)) return { field: "pin", text: word("pin_wrong") };
    let answer;
    try {
      answer = await new Server(this.survey, key, this.clock.heard).device();
    } catch (error) {
      if (error instanceof Away) return { field: "key", text: word("away") };
      throw error;
    }
    if (answer.status >= 500 || answer.status === 429) return { field: "key", text: word("away") };
    if (answer.status !== 200) return { field: "key", text: word("unknown") };
    const { device: name, survey, strata, channel, sequences } = answer.body;
    if (channel !== "kiosk") return { field: "key", text: word("channel") };
    if (survey !== this.survey) return { field: "key", text: word("other", { survey }) };
    if (this.device?.key !== key) await this.#renew(sequences);
    await enrol(this.storage, { key, name, strata }, pin);
    this.use({ key, name, strata });
    this.clerk.close();
    return null;
  }

  /** Take a new key: its own numbers, its own places. What waits goes with it, once no answer to its old numbers can come. */
  async #renew({ through, missing }) {
    await exclusively(this.survey, () => this.queue.renumber(Math.max(through, ...missing.flat())));
    await this.storage.set("places", {});
    await this.storage.set("gaps", []);
    await this.storage.set("exported", []);
  }

  /** Store a ballot; resolves once it is on the disk. */
  async keep(ballot) {
    const { refuses } = this.content.strata.find(({ id }) => id === ballot.stratum);
    const { place, spend } = refuses ? await this.places.take(ballot.stratum) : {};
    await this.queue.add({ ...ballot, ...(place && { place }) }, spend);
    if (this.bursts.flags(performance.now())) await this.storage.set("bursts", (await this.storage.get("bursts", 0)) + 1);
    this.synchronise();
  }

  async setIdle(seconds) {
    await this.storage.set("idle", seconds);
    this.idleSeconds = seconds;
  }

  /** Send what waits, and set the time for the next attempt. */
  synchronise = async () => {
    clearTimeout(this.next);
    let outcome = { state: "away", retryAfter: 0 };
    try {
      outcome = await this.synchroniser.run();
      if (outcome.state === "fine") await this.#freshen(outcome.device);
    } catch (error) {
      if (!(error instanceof Away)) console.error("synchronising failed", error.name);
    } finally {
      clearTimeout(this.next);
      const { waiting } = await this.queue.counts();
      const later = waiting > 0 && outcome.state !== "revoked" ? SOON : SELDOM;
      this.next = setTimeout(this.synchronise, Math.max(later, outcome.retryAfter * 1000));
    }
    this.#turn(outcome.state);
    return outcome;
  };

  /** The server answers: take over what it says of the device, borrow places, and fetch what is asked if it changed. */
  async #freshen({ device: name, strata }) {
    const { key } = this.device;
    if (name !== this.device.name || String(strata) !== String(this.device.strata)) {
      await enrol(this.storage, { key, name, strata });
      Object.assign(this.device, { name, strata });
    }
    if (this.clock.phase(this.content.period) === "open") {
      const limited = this.content.strata.filter((stratum) => stratum.refuses && strata.includes(stratum.id));
      await this.places.provide(limited.map(({ id }) => id));
    } else if ((await this.queue.counts()).waiting === 0) await this.places.giveBack();
    const content = await this.server.content(this.content.version);
    if (content) await this.storage.set("content", content);
    this.stale ||= content !== null;
  }

  #turn(state) {
    const revoked = state === "revoked" || (this.revoked && state !== "fine");
    const changed = revoked !== this.revoked;
    this.revoked = revoked;
    if (changed && !this.visit.inUse && !this.clerk.open) this.visit.home();
  }

  /** What waits until nobody is there: a new version, new questions, the end of the period. */
  #quiet() {
    if (this.visit.inUse || this.clerk.open || !this.device || this.frame.view.kind === "desk") return;
    if (this.stale) location.reload();
    this.installation.take();
    if (this.clock.phase(this.content.period) !== this.visit.phase) this.visit.home();
  }

  #tell() {
    document.documentElement.toggleAttribute("data-installed", this.installation.offline);
  }
}

/** What is asked: as the device keeps it, or as the server gives it the first time, as soon as it does. */
async function contentOf(storage) {
  const kept = await storage.get("content");
  if (kept) return kept;
  for (;;) {
    try {
      const content = await new Server(storage.survey, "").content(null);
      await storage.set("content", content);
      return content;
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      say(".failed");
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }
}

async function begin() {
  const found = keyInAddress();
  if (!isSecureContext) return say(".insecure");
  const { survey } = document.documentElement.dataset;
  const storage = await openStorage(survey);
  const content = await contentOf(storage);
  const kiosk = new Kiosk(storage, content, await Clock.of(storage), await idleSeconds(storage));
  return kiosk.begin(found);
}

/** Show the lines of one kind in the page that came from the server. */
function say(kind) {
  document.querySelectorAll(".opening, .failed, .insecure").forEach((line) => (line.hidden = !line.matches(kind)));
}

function failed(error) {
  console.error("the kiosk did not open", error.name);
  say(".failed");
}

// A link with a key, opened where the kiosk is open already, changes the fragment only.
addEventListener("hashchange", () => location.reload());
// A page that the browser took out of its memory begins anew.
addEventListener("pageshow", (event) => event.persisted && location.reload());
begin().catch(failed);
