/** The page's beginning: lets the words be painted, then starts what this page needs and nothing else. */

import { offerInstall } from "./install.js";

offerInstall();
requestAnimationFrame(() => setTimeout(begin));

function begin() {
  import("./offline.js").then((module) => module.keepOffline());
  if (document.querySelector(".face")) import("./card.js").then((module) => module.enliven());
  if (document.querySelector("#reminders")) import("./reminders.js").then((module) => module.start());
}
