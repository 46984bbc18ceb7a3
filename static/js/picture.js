/**
 * Draws a card as a picture, in the colours and letters of the page around the canvas, whatever look
 * its reader chose. Asks no network, keeps nothing, and knows no card.
 *
 * @typedef {{words: string, topicTitle: string, width: number, height: number}} Picture sides in pixels
 */

import { _ } from "./words.js";

const LEADING = 1.18;
const AT_A_REST = 0.6;
/** How much of the sun is left at each quarter of the way to its edge, which cannot be seen. */
const GLOW = [1, 0.84, 0.5, 0.16, 0];

/** Draws over the whole canvas, which must be in the page. */
export function drawPicture(/** @type {HTMLCanvasElement} */ canvas, /** @type {Picture} */ { words, topicTitle, width, height }) {
  Object.assign(canvas, { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const isMirrored = getComputedStyle(canvas).direction === "rtl";
  const short = Math.min(width, height);
  const margin = 0.09 * short;
  const left = isMirrored ? width - margin : margin;
  drawSky(context, isMirrored);

  const [serif, sans] = [".words", ".card-topic"].map((each) => fontOf(each));
  const small = 0.038 * short;
  const widthOf = (/** @type {string} */ text) => context.measureText(text).width / 100;
  context.font = `100px ${serif}`;
  const room = { width: width - 2 * margin, height: 0.6 * height, largest: 0.1 * short };
  const { lines, size } = setWords(words, widthOf, room);
  const top = 0.49 * height - (lines.length * LEADING * size) / 2;

  context.fillStyle = colourOf(canvas, "--ink");
  context.font = `${size}px ${serif}`;
  lines.forEach((line, place) => context.fillText(line, left, top + (place * LEADING + 0.9) * size));
  context.fillStyle = colourOf(canvas, "--ink-soft");
  context.font = `${small}px ${sans}`;
  context.fillText(topicTitle, left, top - 0.9 * small);
  context.font = `500 ${small}px ${serif}`;
  // Phones cover the lowest part of a tall picture with what is theirs.
  context.fillText(_("Pocket"), left, height - margin - 0.15 * Math.max(0, height - width));
}

/**
 * The words in as few lines as the room allows, of like width, at the largest size that fits. A word
 * is broken only when it would have to be tiny.
 * @param {string} words
 * @param {(text: string) => number} widthOf at size 1
 * @param {{width: number, height: number, largest: number}} room
 */
export function setWords(words, widthOf, { width, height, largest }) {
  for (let size = largest; ; size *= 0.96) {
    const limit = width / size;
    const pieces = words.split(" ").flatMap((word) => breakWord(word, widthOf, limit));
    const isWhole = pieces.join(" ") === words || size < largest / 2;
    const lines = balance(pieces, widthOf, limit);
    if (isWhole && lines.length * LEADING * size <= height) return { lines, size };
  }
}

/** The lines that leave the least room beside them, and rather end where the voice rests. @returns {string[]} */
function balance(/** @type {string[]} */ pieces, /** @type {(text: string) => number} */ widthOf, /** @type {number} */ limit) {
  const best = Array.from({ length: pieces.length + 1 }, () => ({ strain: Infinity, lines: /** @type {string[]} */ ([]) }));
  best[pieces.length].strain = 0;
  for (let start = pieces.length - 1; start >= 0; start -= 1) {
    for (let end = start + 1; end <= pieces.length; end += 1) {
      const line = pieces.slice(start, end).join(" ");
      const room = limit - widthOf(line);
      if (room < 0 && end > start + 1) break;
      const isAtRest = /[.,;:?!]$/.test(line) && end < pieces.length;
      const strain = room ** 2 * (isAtRest ? AT_A_REST : 1) + best[end].strain;
      if (strain < best[start].strain) best[start] = { strain, lines: [line, ...best[end].lines] };
    }
  }
  return best[0].lines;
}

function breakWord(/** @type {string} */ word, /** @type {(text: string) => number} */ widthOf, /** @type {number} */ limit) {
  const pieces = [""];
  for (const character of word) {
    const longer = pieces.at(-1) + character;
    if (widthOf(longer) > limit) pieces.push(character);
    else pieces[pieces.length - 1] = longer;
  }
  return pieces;
}

/** The sky of `base.css`, and through a soft hole in it the sun. */
function drawSky(/** @type {CanvasRenderingContext2D} */ context, /** @type {boolean} */ isMirrored) {
  const { canvas } = context;
  const { width, height } = canvas;
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, colourOf(canvas, "--sky-high"));
  sky.addColorStop(1, colourOf(canvas, "--sky-low"));
  const [x, y] = [(isMirrored ? 0.22 : 0.78) * width, 0.64 * height];
  const hole = context.createRadialGradient(x, y, 0, x, y, 0.72 * Math.min(width, height));
  GLOW.forEach((share, place) => hole.addColorStop(place / (GLOW.length - 1), `rgb(0 0 0 / ${share})`));
  const layers = /** @type {const} */ ([["source-over", sky], ["destination-out", hole], ["destination-over", colourOf(canvas, "--sun")]]);
  for (const [operation, style] of layers) {
    context.globalCompositeOperation = operation;
    context.fillStyle = style;
    context.fillRect(0, 0, width, height);
  }
  context.globalCompositeOperation = "source-over";
}

/** A token as a colour that a canvas knows; the token's own text may hold `light-dark()` and the like. */
function colourOf(/** @type {HTMLCanvasElement} */ canvas, /** @type {string} */ token) {
  canvas.style.color = `var(${token})`;
  return getComputedStyle(canvas).color;
}

function fontOf(/** @type {string} */ selector) {
  return getComputedStyle(/** @type {Element} */ (document.querySelector(selector))).fontFamily;
}
