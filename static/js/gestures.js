/** Taps, keys and swipes that turn the card. Knows no card: it calls `turn` with 1 or -1. */

const SWIPE_PIXELS = 48;

/** @param {(steps: number) => void} turn */
export function listenForTurns(turn) {
  listenForTaps(turn);
  listenForKeys(turn);
  listenForSwipes(turn);
}

function listenForTaps(/** @type {(steps: number) => void} */ turn) {
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("[rel=next], [rel=prev]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turn(link.matches("[rel=next]") ? 1 : -1);
  });
}

function listenForKeys(/** @type {(steps: number) => void} */ turn) {
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || isBusy()) return;
    const forward = isRightToLeft() ? "ArrowLeft" : "ArrowRight";
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") turn(event.key === forward ? 1 : -1);
  });
}

/** One finger drawn sideways; on a page that is zoomed in, a finger only moves it. */
function listenForSwipes(/** @type {(steps: number) => void} */ turn) {
  /** @type {PointerEvent | undefined} */
  let start;
  document.addEventListener("pointerdown", (event) => {
    const isZoomed = (window.visualViewport?.scale ?? 1) > 1.01;
    start = event.pointerType === "touch" && event.isPrimary && !isZoomed && !isBusy() ? event : undefined;
  });
  document.addEventListener("pointercancel", () => (start = undefined));
  document.addEventListener("pointerup", (event) => {
    if (!start) return;
    const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
    start = undefined;
    if (Math.abs(x) < SWIPE_PIXELS || Math.abs(x) < 2 * Math.abs(y)) return;
    turn(x < 0 === isRightToLeft() ? -1 : 1);
  });
}

/** Something is open above the card, and keys and fingers are meant for that. */
function isBusy() {
  return document.querySelector("dialog[open]") !== null;
}

function isRightToLeft() {
  return document.documentElement.dir === "rtl";
}
