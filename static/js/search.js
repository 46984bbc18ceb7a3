/**
 * Finds cards by words, whatever their case, accents and punctuation. Pure; the query goes nowhere.
 *
 * @import { Card, Topic } from "./deck.js"
 */

/** The cards that hold every word of the query, best first: in the words, at the beginning of one. */
export function search(/** @type {Card[]} */ cards, /** @type {Record<string, Topic>} */ topics, /** @type {string} */ query) {
  const wanted = wordsOf(query);
  if (!wanted.length) return [];
  const ranked = cards.map((card) => {
    const words = fold(card.text);
    const all = fold([card.text, card.gentle, card.step, topics[card.topic]?.title].join(" "));
    const distance = (/** @type {string} */ word) =>
      words.includes(` ${word}`) ? 0 : words.includes(word) ? 1 : all.includes(word) ? 2 : Infinity;
    return { card, rank: wanted.reduce((sum, word) => sum + distance(word), 0) };
  });
  return ranked.filter(({ rank }) => rank < Infinity).sort((a, b) => a.rank - b.rank).map(({ card }) => card);
}

/** The line of a card in which all of the query stands, the words first; "" when no single line holds it. */
export function lineFound(/** @type {Card} */ { text, gentle, step }, /** @type {string} */ query) {
  const wanted = wordsOf(query);
  return [text, gentle, step].find((line) => wanted.every((word) => fold(line).includes(word))) ?? "";
}

/** The words of a query as they are searched for, each once. */
export function wordsOf(/** @type {string} */ query) {
  return [...new Set(fold(query).split(" "))].filter(Boolean);
}

/** By way of upper case, which alone makes one of ẞ, ß and ss, and of both sigmas. A space stands before each word. */
export function fold(/** @type {string} */ text) {
  const bare = text.toLowerCase().toUpperCase().normalize("NFD").replace(/[\p{M}\p{Cf}'’]/gu, "");
  return ` ${bare.replace(/[\p{P}\s]+/gu, " ")}`;
}
