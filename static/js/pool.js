/**
 * The cards that this reader's Another and quiet session choose from. Plain rules; touches nothing.
 *
 * @import { Card, Deck } from "./deck.js"
 * @import { Kept } from "./kept.js"
 */

import { ownCards } from "./kept.js";

/** Cards of the chosen topics and own lines if wanted, none of them hidden; where that leaves no card, more. @returns {Card[]} */
export function poolOf(/** @type {Deck} */ deck, /** @type {Kept} */ kept) {
  const { topics, ownLines } = kept.choices;
  const open = shownCards([...deck.cards, ...(ownLines ? ownCards(kept) : [])], kept);
  const chosen = open.filter(({ topic }) => topic === "" || topics.includes(topic));
  if (chosen.some(({ topic }) => topic)) return chosen;
  return open.length ? open : deck.cards;
}

/** Those that the reader has not put away as "not for me". */
export function shownCards(/** @type {Card[]} */ cards, /** @type {Kept} */ { hidden }) {
  return cards.filter(({ id }) => !hidden.some((each) => each.id === id));
}
