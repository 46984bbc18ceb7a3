/** The way a reader has come: the ids of its cards, oldest first, and the place in it. Touches nothing. */
export class Trail {
  #ids;
  #place;

  constructor(/** @type {string[]} */ ids) {
    this.#ids = [...ids];
    this.#place = ids.length - 1;
  }

  /** The id `steps` away from here, if the way goes there. */
  at(/** @type {number} */ steps) {
    return this.#ids[this.#place + steps];
  }

  /** One step along the way; false at its ends. */
  step(/** @type {number} */ steps) {
    if (this.at(steps) === undefined) return false;
    this.#place += steps;
    return true;
  }

  /** Something new from here; what lay ahead is given up. */
  goOn(/** @type {string} */ id) {
    this.#ids.splice(++this.#place, Infinity, id);
  }

  /** Something before the beginning. */
  goBefore(/** @type {string} */ id) {
    this.#ids.unshift(id);
    this.#place = 0;
  }

  /** Come to by address: last on the way. */
  arrive(/** @type {string} */ id) {
    if (this.#ids.at(-1) !== id) this.#ids.push(id);
    this.#place = this.#ids.length - 1;
  }

  /** The browser's back and forward: a step if it is one, else put in here. */
  follow(/** @type {string} */ id) {
    if (this.at(-1) === id) this.step(-1);
    else if (this.at(1) === id) this.step(1);
    else this.#ids.splice(++this.#place, 0, id);
  }
}
