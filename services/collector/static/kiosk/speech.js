// Reading aloud with a voice of this device. Voices that work by sending the text to another host are left alone.

const LONGEST = 180000;

export class Speech {
  /** `changed` is called when voices come or go, and when reading begins or ends. */
  constructor(changed) {
    this.engine = globalThis.speechSynthesis;
    this.changed = changed;
    this.reading = false;
    this.engine?.addEventListener?.("voiceschanged", () => changed());
  }

  /** A voice for the language, or undefined. */
  voice(tag) {
    const wanted = tag.toLowerCase().split("-")[0];
    const voices = this.engine?.getVoices() ?? [];
    return voices.find((voice) => voice.localService && voice.lang.toLowerCase().split(/[-_]/)[0] === wanted);
  }

  read(text, tag) {
    this.stop();
    const voice = this.voice(tag);
    if (!voice) return;
    const utterance = new SpeechSynthesisUtterance(text);
    Object.assign(utterance, { voice, lang: voice.lang, rate: 0.9 });
    utterance.onend = utterance.onerror = () => utterance === this.current && this.#turn(false);
    this.current = utterance;
    this.engine.speak(utterance);
    this.#turn(true);
  }

  stop() {
    this.current = null;
    this.engine?.cancel();
    if (this.reading) this.#turn(false);
  }

  /** Whether somebody may be listening. A voice that never says that it ended holds nothing off for longer than a screen takes. */
  get listened() {
    return this.reading && performance.now() - this.began < LONGEST;
  }

  #turn(reading) {
    this.reading = reading;
    this.began = performance.now();
    this.changed();
  }
}
