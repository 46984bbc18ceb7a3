/**
 * What restoring a backup does, said before it is done.
 *
 * @import { Counts } from "./backup.js"
 */

import { _, ngettext } from "./words.js";

/** What a restore will do. */
export function inWords(/** @type {string} */ way, /** @type {{adds: Counts, goes: Counts}} */ { adds, goes }) {
  const [coming, going] = [adds, goes].map(counted);
  const brings = coming ? _("Adds %(coming)s.", { coming }) : _("Adds no cards or lines.");
  const takes = going ? _("Takes away %(going)s.", { going }) : _("Takes nothing away.");
  const leaves = going ? _("There is no room for %(going)s from here, the oldest.", { going }) : _("Keeps everything here.");
  const rest = way === "replace" ? [takes, _("Settings and seen cards become those of the file.")] : [leaves];
  return [brings, ...rest].join(" ");
}

/** "2 saved cards, 1 own line"; "" when there is nothing. */
function counted(/** @type {Counts} */ { saved, own, hidden, people, intentions, drafts }) {
  const words = [
    saved && ngettext("%(n)s saved card", "%(n)s saved cards", saved),
    own && ngettext("%(n)s own line", "%(n)s own lines", own),
    hidden && ngettext("%(n)s hidden card", "%(n)s hidden cards", hidden),
    people && ngettext("%(n)s person", "%(n)s people", people),
    intentions && ngettext("%(n)s intention", "%(n)s intentions", intentions),
    drafts && ngettext("%(n)s draft", "%(n)s drafts", drafts),
  ];
  return new Intl.ListFormat(document.documentElement.lang, { type: "unit" }).format(words.filter((each) => typeof each === "string"));
}
