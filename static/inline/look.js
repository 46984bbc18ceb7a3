// Stands in every page's head: the reader's own look as attributes of the page, before the first
// paint, and the sign that there are scripts at all. `settings.js` writes what this reads, and tells
// by a `look` event what cannot be written; another tab's choices, or an older page's on the way
// back, come in by themselves.
{
  const root = document.documentElement;
  const wear = (/** @type {Record<string, unknown>} */ look) => {
    for (const name of ["theme", "contrast", "size", "font", "spacing", "motion", "face", "keys"]) {
      if (typeof look[name] === "string") root.dataset[name] = look[name];
      else delete root.dataset[name];
    }
    // The first that fits is the browser's choice, and the dark one behind it always fits.
    const light = look.theme === "light" ? "all" : look.theme === "dark" ? "not all" : "(prefers-color-scheme: light)";
    document.querySelector("[name=theme-color]")?.setAttribute("media", light);
  };
  const wearKept = () => {
    try {
      wear(JSON.parse(localStorage.getItem("look") ?? "{}"));
    } catch {
      // Storage is forbidden, or holds what is not ours: the page keeps the look it has.
    }
  };
  root.dataset.script = "";
  wearKept();
  addEventListener("storage", wearKept);
  addEventListener("pageshow", wearKept);
  addEventListener("look", (event) => wear(/** @type {CustomEvent} */ (event).detail));
}
