// Words that the device finds by itself for a reminder: the server never learns what a reader keeps.

const OCCURRENCE = /^daily-(\d{4}-\d\d-\d\d)-?(\d?)$/;

/**
 * Words, language and page of one of the lines that the reader saved or wrote, and has not hidden;
 * nothing when there is none. They take turns, day by day, and the times of a day lie far apart.
 */
async function lineFor(/** @type {string} */ occurrence) {
  const { saved, own, hidden } = await recall("kept");
  const { cards, retired } = await readDeck().catch(() => ({ cards: [], retired: [] }));
  const words = new Map([...cards, ...retired].map(([id, text]) => [id, text]));
  const lines = new Map();
  for (const { id, text } of saved) {
    const page = words.has(id) ? `affirmations/${id}` : "saved";
    lines.set(id, { body: words.get(id) ?? text, lang: POCKET.language, data: { navigate: ownAddress(`${POCKET.prefix}/${page}`) } });
  }
  for (const { id, text } of own) lines.set(id, { body: text, lang: "und", data: { navigate: ownAddress(`${POCKET.prefix}/#${id}`) } });
  for (const { id } of hidden) lines.delete(id);
  return [...lines.values()][turnOf(occurrence, lines.size)];
}

/** Whose turn it is among so many; a test message counts as one of today. */
function turnOf(/** @type {string} */ occurrence, /** @type {number} */ count) {
  const [, date, slot] = OCCURRENCE.exec(occurrence) ?? ["", isoDate(new Date()), ""];
  const turn = Date.parse(date) / DAY_MILLISECONDS + Number(slot) * Math.max(1, Math.floor(count / 3));
  return turn % count;
}
