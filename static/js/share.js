/** The sheet for sharing: the card as words with its address, or as a picture made here. */

import { isShared, shownCard } from "./card.js";
import { notify } from "./notices.js";
import { drawPicture } from "./picture.js";
import { _ } from "./words.js";

const LONGEST_SIDE = 4096;
// A soft sky as PNG weighs ten times as much, and is shared on bad networks.
const TYPE = "image/jpeg";
const QUALITY = 0.92;

const sheet = /** @type {HTMLDialogElement} */ (find("#share"));
const canvas = /** @type {HTMLCanvasElement} */ (find("#picture"));
const canShare = "share" in navigator;
const canShareFiles = navigator.canShare?.({ files: [new File(["1"], "1.jpg", { type: TYPE })] }) ?? false;

/** The picture on the canvas; ready before the tap, after which a share sheet waits for little. @type {Promise<Blob | null>} */
let picture;
let text = "";
let copyWords = () => {};

if (canShareFiles) find("#share-picture").textContent = _("Share the picture");
if (!canShare) find("#share-words").textContent = _("Copy the words");
find("#share-picture").addEventListener("click", sharePicture);
find("#share-words").addEventListener("click", shareWords);
sheet.addEventListener("change", draw);

/**
 * Opens the sheet for the card on the screen.
 * @param {string} words to be shared, with their address if they have one
 * @param {() => void} copy what is done where words cannot be shared
 */
export function openShare(words, copy) {
  text = words;
  copyWords = copy;
  sheet.showModal();
  draw();
  // The sky may still be on its way from one hue to another.
  document.documentElement.getAnimations().at(-1)?.finished.then(draw, () => {});
}

function draw() {
  const { said, topicTitle } = shownCard();
  const shape = find("#share :checked").value;
  const [width, height] = shape === "screen" ? screenSize() : [1080, Number(shape)];
  canvas.textContent = said;
  canvas.setAttribute("aria-label", said);
  drawPicture(canvas, { words: said, topicTitle, width, height });
  picture = new Promise((resolve) => canvas.toBlob(resolve, TYPE, QUALITY));
}

function screenSize() {
  const sides = [screen.width, screen.height].map((side) => side * devicePixelRatio);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(...sides));
  return sides.map((side) => Math.round(side * scale));
}

async function sharePicture() {
  const blob = await picture;
  sheet.close();
  if (!blob) return notify(_("This device could not make the picture. The words can still be shared."));
  const file = new File([blob], `pocket-${isShared() ? shownCard().id : "own-line"}.jpg`, { type: TYPE });
  if (canShareFiles) await hand({ files: [file] }, _("Save the picture"), () => download(file));
  else download(file);
}

async function shareWords() {
  sheet.close();
  if (canShare) await hand({ text }, _("Copy the words"), copyWords);
  else copyWords();
}

/** To the system's share sheet; who closes that knows why. */
async function hand(/** @type {ShareData} */ data, /** @type {string} */ label, /** @type {() => void} */ act) {
  try {
    await navigator.share(data);
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "AbortError") notify(_("Sharing did not work this time."), { label, act });
  }
}

function download(/** @type {File} */ file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  notify(_("The picture is in your downloads."));
}

/** @returns {any} */
function find(/** @type {string} */ selector) {
  return document.querySelector(selector);
}
