// From a push message to one notification, and from a tap to a page of ours. A message is a
// stranger's until it is checked: any payload shows something, no foreign address is opened.

const WEB_PUSH = 8030; // the mark of a declarative push message (Push API; the number of an RFC)
const ICON = "/static/icons/icon-192.png";
const BADGE = "/static/icons/badge-96.png";

/**
 * Shows exactly one notification for a push, whatever it holds: a browser shows one of its own,
 * or ends the subscription, when a push stays silent. Then notes when that was.
 */
async function notify(/** @type {PushEvent} */ event) {
  const message = messageOf(event);
  const { title, options } = notificationOf(message);
  const line = message?.data?.source === "device" && (await inTime(lineFor(options.tag)).catch(() => undefined));
  await self.registration.showNotification(title, { ...options, ...line });
  await keep("shown", () => ({ at: Date.now() })).catch(() => {});
}

/** Brings the reader to a notification's page, in an open window of ours if there is one. */
async function openPage(/** @type {Notification} */ notification) {
  const address = ownAddress(notification.data?.navigate);
  const [open] = await self.clients.matchAll({ type: "window" });
  if (!open) return self.clients.openWindow(address);
  return showIn(open, address).catch(() => self.clients.openWindow(address));
}

/**
 * Focus comes first, while the tap still allows it. A window's `url` is the one it was opened
 * with, whatever card it has turned to since, so it is sent to the address in any case.
 */
async function showIn(/** @type {WindowClient} */ client, /** @type {string} */ address) {
  return (await client.focus()).navigate(address);
}

/**
 * The notification in a message of ours, or nothing; `json()` may well return null. Safari reads a
 * declarative message by itself, and hands over what it would show (18.4).
 * @returns {any}
 */
function messageOf(/** @type {PushEvent & {notification?: object}} */ { data, notification }) {
  try {
    const message = data?.json();
    return notification ?? (message?.web_push === WEB_PUSH ? message.notification : undefined);
  } catch {
    return undefined;
  }
}

/** Title and options for `showNotification`; each field is believed only if it has the right type. */
function notificationOf(/** @type {any} */ message) {
  const { title, body, tag, icon, lang, dir, silent, navigate } = message ?? {};
  const options = {
    body: textOr(body, POCKET.note.body),
    tag: textOr(tag, ""),
    icon: ownAddress(icon, ICON),
    badge: BADGE,
    lang: textOr(lang, POCKET.language),
    dir: ["auto", "ltr", "rtl"].includes(dir) ? dir : "auto",
    silent: silent === true,
    data: { navigate: ownAddress(navigate) },
  };
  return { title: textOr(title, POCKET.note.title), options };
}

function textOr(/** @type {unknown} */ value, /** @type {string} */ otherwise) {
  return typeof value === "string" && value.trim() ? value : otherwise;
}

/**
 * An address of our own origin, else the other. The whole text is compared, since `blob:`
 * addresses, and those with a user name in them, have our origin too.
 */
function ownAddress(/** @type {unknown} */ value, otherwise = `${POCKET.prefix}/`) {
  const other = new URL(otherwise, self.location.origin).href;
  try {
    const { href } = new URL(typeof value === "string" ? value : other, other);
    return href.startsWith(`${self.location.origin}/`) ? href : other;
  } catch {
    return other;
  }
}
