/** The document in which the device keeps what a reader keeps about asking. */

import { parseAsking } from "./asking.js";
import { document } from "./store.js";

export const asking = document("asking", parseAsking);

export function newId() {
  return crypto.getRandomValues(new Uint32Array(2)).join("-");
}
