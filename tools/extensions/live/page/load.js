// Packs of the site: scripts that hold what is loaded when it is asked for, so that it works from a disk, too.
// load(file, name) gets one, see packs.py.
const packs = globalThis.livePacks ??= new Map(); // what arrived, by name; all scripts of a page share it
globalThis.livePack ??= (name, content) => { packs.set(name, content); };

function load(file, name) {
  if (packs.has(name)) return Promise.resolve(packs.get(name));
  return new Promise((resolve, reject) => {
    const script = make("script", {src: HOME + file});
    script.onload = () => { script.remove(); resolve(packs.get(name)); };
    script.onerror = () => {
      script.remove();
      reject(new Error("Python could not be loaded: is the connection lost? Run tries again."));
    };
    document.head.append(script);
  });
}
