/** The page's beginning: listens at once, lets the words be painted, then starts what this page needs. */

import { keepOffline } from "./offline.js";
import { offerInstall } from "./install.js";

keepOffline();
offerInstall();
requestAnimationFrame(() => setTimeout(begin));

function begin() {
  if (document.querySelector(".face")) import("./card.js").then((module) => module.enliven());
  if (document.querySelector("#reminders")) import("./reminders.js").then((module) => module.start());
}
