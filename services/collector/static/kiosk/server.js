// The collector over HTTP, as a device speaks to it. The key goes into a header, never into an address or a body.

const WAIT = 30000;

/** The server did not answer: no network, no answer in time, or one that is not the server's. */
export class Away extends Error {}

export class Server {
  /** `key` is the device's; `heard` is told the time that the server's answers carry. */
  constructor(survey, key, heard = () => {}) {
    this.survey = survey;
    this.key = key;
    this.heard = heard;
  }

  /** What the server knows of this device: its name, its strata, the sequence numbers it has settled. */
  device = () => this.#ask("GET", "/api/v1/device");

  report = (report) => this.#ask("PUT", "/api/v1/device/report", report);

  send = (ballots) => this.#ask("POST", this.#path("/ballots"), { ballots });

  borrow = (stratum, count) => this.#ask("POST", this.#path("/places"), { stratum, count });

  extend = (place) => this.#ask("PUT", this.#path(`/places/${encodeURIComponent(place)}`));

  giveBack = (place) => this.#ask("DELETE", this.#path(`/places/${encodeURIComponent(place)}`));

  /** What is asked; null where it is still the version that the device has. */
  async content(version) {
    const headers = version ? { "If-None-Match": `"${version}"` } : {};
    const answer = await this.#fetch(`/kiosk/${this.survey}/content`, { headers, cache: "no-store" });
    if (answer.status === 304) return null;
    if (answer.status !== 200) throw new Away(`the content came with ${answer.status}`);
    return answer.json().catch(() => {
      throw new Away("the content was cut off");
    });
  }

  #path = (rest) => `/api/v1/surveys/${this.survey}${rest}`;

  async #ask(method, path, body) {
    const headers = { Authorization: `Bearer ${this.key}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const response = await this.#fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store" });
    const answer = { status: response.status, body: null, retryAfter: Number(response.headers.get("Retry-After")) || 0 };
    if (response.status === 204) return answer;
    try {
      answer.body = await response.json();
    } catch {
      throw new Away("the answer was cut off");
    }
    return answer;
  }

  async #fetch(path, how) {
    const before = Date.now();
    let response;
    try {
      response = await fetch(path, { ...how, credentials: "omit", redirect: "error", signal: AbortSignal.timeout(WAIT) });
    } catch (error) {
      throw new Away(error.message);
    }
    const said = Date.parse(response.headers.get("Date"));
    if (said) this.heard(said, (before + Date.now()) / 2);
    return response;
  }
}
