// Stands in the front page: chooses among the days around the server's by the reader's own date,
// before the first paint.
{
  const now = new Date();
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0"));
  const day = /** @type {HTMLTemplateElement | null} */ (document.getElementById(`day-${date.join("-")}`));
  if (day) document.getElementById("main")?.replaceChildren(day.content);
}
