"""What a page has kept on the device, as IndexedDB holds it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

READ = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('pocket');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const database = opening.result;
    const shelf = database.transaction('documents').objectStore('documents');
    const found = {};
    shelf.openCursor().onsuccess = ({ target }) => {
      const cursor = target.result;
      if (cursor) {
        found[cursor.key] = cursor.value;
        cursor.continue();
      } else {
        database.close();
        resolve(found);
      }
    };
  };
})"""
WRITE = """([name, value]) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('pocket');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const database = opening.result;
    const transaction = database.transaction('documents', 'readwrite');
    transaction.objectStore('documents').put(value, name);
    transaction.oncomplete = () => { database.close(); resolve(); };
  };
})"""


def documents_of(page: Page) -> dict[str, Any]:
    """Every document by its name."""
    found: dict[str, Any] = page.evaluate(READ)
    return found


def put_document(page: Page, name: str, value: Any) -> None:
    """Put a document in place behind the app's back, sound or not."""
    page.evaluate(WRITE, [name, value])
