/** The two documents that the device keeps. What they mean is said by the modules that parse them. */

import { parseKept } from "./kept.js";
import { parseReading } from "./reading.js";
import { document } from "./store.js";

export const kept = document("kept", parseKept);
export const reading = document("reading", parseReading);
