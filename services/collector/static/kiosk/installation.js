// The kiosk as an installed program: its files kept by the service worker, its storage kept by the browser, newer versions let in
// when nobody is using it.

const ANSWER = 20000;

export class Installation {
  /** `unused()` says whether a new version may take over now. */
  constructor(survey, unused) {
    this.survey = survey;
    this.unused = unused;
    this.offline = false;
    this.persistent = false;
  }

  /** Install, or look whether it is installed. `changed` is called when it is ready to work without a network. */
  async begin(changed) {
    navigator.serviceWorker.addEventListener("controllerchange", () => this.taking && location.reload());
    this.registration = await navigator.serviceWorker.register("/kiosk/worker.js", { scope: "/kiosk/", updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    this.offline = (await caches.has(`hailong-kiosk-files/${document.documentElement.dataset.version}`)) && (await this.#keepPage());
    this.persistent = (await navigator.storage?.persist?.()) ?? false;
    changed();
  }

  /** Look for a new version. Gives whether there is one. */
  async look() {
    await this.registration?.update().catch(() => {});
    return Boolean(this.registration?.installing || this.registration?.waiting);
  }

  /** Let a new version take over if there is one and nobody is there; the page is loaded again then. */
  take() {
    if (!this.registration?.waiting || !this.unused()) return;
    this.taking = true;
    this.registration.waiting.postMessage({ takeOver: true });
  }

  async #keepPage() {
    const path = `/kiosk/${this.survey}`;
    const asked = this.#askToKeep();
    return (await caches.match(path)) !== undefined || asked;
  }

  #askToKeep() {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      setTimeout(() => resolve(false), ANSWER);
      this.registration.active.postMessage({ keep: this.survey }, [port2]);
    });
  }
}
