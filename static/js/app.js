/** The page's beginning: listens at once, lets the words be painted, then starts what this page needs. */

import { offerInstall } from "./install.js";

// Signs that somebody is in the middle of something, which a reload would take away.
const TOUCHES = ["pointerdown", "keydown", "input", "wheel", "scroll", "click", "focusin"];

let isTouched = false;
for (const type of TOUCHES) addEventListener(type, () => (isTouched = true), { capture: true, passive: true });

offerInstall();
requestAnimationFrame(() => setTimeout(begin));

function begin() {
  import("./offline.js").then((module) => module.keepOffline(() => isTouched));
  if (document.querySelector(".face")) import("./card.js").then((module) => module.enliven());
  if (document.querySelector("#reminders")) import("./reminders.js").then((module) => module.start());
}
