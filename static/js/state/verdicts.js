/**
 * The verdicts on the signatures of the listed requests whose provider's secret is remembered.
 * Requests are checked one after the other when their row is shown, and each once. Uses no DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./secrets.js").Fields} Fields
 * @typedef {{ok: true, notes: string[]} | {ok: false, reason: string, text: string}} Verdict
 * @typedef {Verdict | "pending"} RowVerdict
 *
 * @typedef {object} Check  a check that is due or done
 * @property {Fields} fields  the values it uses
 * @property {RowVerdict | undefined} verdict  undefined if the request cannot be checked
 */

import { turn } from "../browser/turn.js";
import { Observable } from "./observable.js";

/** Maximum requests that wait for their check. A row that is still shown asks again. */
const MAX_WAITING = 200;

export class Verdicts extends Observable {
  #secrets;
  #recognise;
  #verify;
  /** @type {WeakMap<CapturedRequest, Check>} */
  #checks = new WeakMap();
  /** @type {CapturedRequest[]} the next one last */
  #waiting = [];
  #isWorking = false;

  /**
   * @param {import("./secrets.js").Secrets} secrets
   * @param {import("./recogniser.js").Recogniser["recognise"]} recognise
   * @param {(request: CapturedRequest, fields: Fields) => Promise<Verdict | undefined>} verify
   *   fields: those of the recognised provider; undefined if the request cannot be checked
   */
  constructor(secrets, recognise, verify) {
    super();
    this.#secrets = secrets;
    this.#recognise = recognise;
    this.#verify = verify;
    secrets.subscribe(() => this.notify());
  }

  /**
   * Return the verdict, or undefined if there is no verdict. Start the check if it is not known.
   * @param {CapturedRequest} request
   * @returns {RowVerdict | undefined}
   */
  get(request) {
    if (this.#secrets.providerIds.length === 0) return undefined;
    const fields = this.#secrets.get(this.#recognise(request)?.provider.id ?? "");
    if (!fields) return undefined;
    const known = this.#checks.get(request);
    if (known?.fields === fields) return known.verdict;
    this.#checks.set(request, { fields, verdict: "pending" });
    this.#waiting.push(request);
    if (this.#waiting.length > MAX_WAITING) this.#postpone();
    if (!this.#isWorking) this.#work();
    return "pending";
  }

  #postpone() {
    const [request] = this.#waiting.splice(0, 1);
    this.#checks.delete(request);
  }

  async #work() {
    this.#isWorking = true;
    try {
      await turn(); // after the rows are drawn
      for (let request = this.#waiting.pop(); request; request = this.#waiting.pop()) {
        await this.#check(request);
        await turn();
      }
    } finally {
      this.#isWorking = false;
    }
  }

  /** @param {CapturedRequest} request */
  async #check(request) {
    const check = this.#checks.get(request);
    if (check?.verdict !== "pending") return;
    // A check that fails has no verdict, and must not stop the others.
    check.verdict = await this.#verify(request, check.fields).catch(() => undefined);
    this.notify();
  }
}
