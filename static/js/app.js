/** The page's beginning: starts what this page needs and nothing else. */

import { keepOffline } from "./offline.js";
import { offerInstall } from "./install.js";

keepOffline();
offerInstall();
if (document.querySelector(".face")) import("./card.js").then((module) => module.enliven());
if (document.querySelector("#reminders")) import("./reminders.js").then((module) => module.start());
