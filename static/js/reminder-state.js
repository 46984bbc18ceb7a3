/**
 * The state that Daily shows, and what it says. It decides nothing but whether something stands in the way.
 *
 * @typedef {"unsupported" | "install" | "blocked" | "off" | "on"} State
 */

import { _ } from "./words.js";

const root = /** @type {HTMLElement} */ (document.querySelector("#reminders"));

/** The state on the screen, if there is one yet. */
export function state() {
  return root.dataset.now;
}

/** @returns {State | undefined} the state that stands in the way, if one does */
export function blockingState() {
  const canPush = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const isIosTab = "standalone" in navigator && !navigator.standalone && navigator.maxTouchPoints > 1;
  if (!canPush) return isIosTab ? "install" : "unsupported";
  return Notification.permission === "denied" ? "blocked" : undefined;
}

/** Shows what belongs to a state and nothing else. */
export function show(/** @type {State} */ next) {
  if (next !== state()) say("");
  root.dataset.now = next;
  for (const part of root.querySelectorAll("[data-state]")) {
    /** @type {HTMLElement} */ (part).hidden = !part.getAttribute("data-state")?.split(" ").includes(next);
  }
  text("form > button", next === "on" ? _("Save") : _("Turn on"));
  const advice = /** @type {HTMLDetailsElement} */ (root.querySelector("#advice"));
  advice.open ||= next === "blocked";
  advice.querySelector(`[data-platform=${platform()}]`)?.setAttribute("open", "");
  // Whoever had the focus on what is hidden now begins at the top again.
  if (!document.activeElement?.getClientRects().length) document.querySelector("main")?.focus({ preventScroll: true });
}

export function say(/** @type {string} */ words) {
  text("#reminders-said", words);
}

/** @returns {"android" | "ios" | "firefox" | "chrome" | "safari"} */
function platform() {
  const agent = navigator.userAgent;
  if (/Android/.test(agent)) return "android";
  if (/iPhone|iPad/.test(agent) || "standalone" in navigator) return "ios";
  return /Firefox/.test(agent) ? "firefox" : /Chrome/.test(agent) ? "chrome" : "safari";
}

function text(/** @type {string} */ selector, /** @type {string} */ words) {
  const element = root.querySelector(selector);
  if (element) element.textContent = words;
}
