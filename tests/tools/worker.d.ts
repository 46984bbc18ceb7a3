// What the worker's scripts find in their global scope besides each other and the platform.

/** The line of constants that stands before the worker's text; `webapp/assets.py` writes it. */
declare const POCKET: {
  release: string;
  cachePrefix: string;
  prefix: string;
  prefixes: string[];
  language: string;
  note: { title: string; body: string };
  pack: string;
  rest: string;
  sheets: string[];
  deck: string;
  stylesheet: string;
  precache: { url: string; integrity: string; revision?: string }[];
};

// `self` is declared as any worker's scope, which knows no service worker's events.
interface WorkerGlobalScopeEventMap {
  activate: ExtendableEvent;
  fetch: FetchEvent;
  install: ExtendableEvent;
  message: ExtendableMessageEvent;
  notificationclick: NotificationEvent;
  push: PushEvent;
  pushsubscriptionchange: PushSubscriptionChangeEvent;
  sync: ExtendableEvent;
}
