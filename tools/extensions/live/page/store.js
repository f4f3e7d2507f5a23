// What a reader does stays in this browser, under keys that begin with the book's name, and is never sent.
//
//   store.read(part)               the object kept for a part of this page, {} if there is none
//   store.write(part, object)      keep it (an empty object is erased); false if the browser does not let us
//   store.forget()                 erase all that the book has kept, on every page
//   store.any()                    whether anything is kept
const store = (() => {
  const key = part => `${BOOK}/${PAGE}/${part}`;
  const keys = () => Object.keys(localStorage).filter(name => name.startsWith(BOOK + "/"));

  function read(part) {
    try { return JSON.parse(localStorage.getItem(key(part))) ?? {}; } catch { return {}; }
  }

  function write(part, object) {
    try {
      if (Object.keys(object).length) localStorage.setItem(key(part), JSON.stringify(object));
      else localStorage.removeItem(key(part));
      return true;
    } catch { return false; }
  }

  function forget() {
    try { keys().forEach(name => localStorage.removeItem(name)); } catch { /* nothing could be kept */ }
  }

  function any() {
    try { return keys().length > 0; } catch { return false; }
  }

  return {read, write, forget, any};
})();
