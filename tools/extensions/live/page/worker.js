// In a worker: owns Python. All files come by message; nothing is asked of the network.
let python, cells;
const HOME = "https://python.invalid/";          // where Pyodide believes its files to be
const files = {};
const askNetwork = self.fetch;

self.fetch = async (what, ...more) => {
  const name = String(what.url || what).replace(HOME, "");
  if (!(name in files)) return askNetwork(what, ...more);
  return new Response(files[name], {headers: {"Content-Type": name.endsWith(".wasm") ? "application/wasm" : "text/plain"}});
};

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const letters = atob(base64), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

async function unpack(text) {                    // see packs.py for the container
  const bytes = bytesOf(text);
  const stream = new Response(bytes).body.pipeThrough(new DecompressionStream("gzip"));
  const all = await new Response(stream).arrayBuffer();
  const from = 4 + new DataView(all).getUint32(0, true);
  let at = from;
  const list = JSON.parse(new TextDecoder().decode(new Uint8Array(all, 4, from - 4)));
  return Object.fromEntries(list.map(([name, size]) => [name, new Uint8Array(all, (at += size) - size, size)]));
}

const runScript = name => (0, eval)(new TextDecoder().decode(files[name]));

const does = {
  async start({packs}) {                         // {name: text of the pack}
    Object.assign(files, await unpack(packs.python));
    runScript("pyodide.asm.js");
    runScript("pyodide.js");
    python = await loadPyodide({indexURL: HOME, lockFileURL: HOME + "pyodide-lock.json", stdLibURL: HOME + "python_stdlib.zip"});
    const site = python.runPython("import site; site.getsitepackages()[0]");
    for (const name of ["numpy", "book"]) {
      const inside = await unpack(packs[name]);
      python.unpackArchive(inside[name + ".zip"], "zip", {extractDir: site});
    }
    for (const name in files) delete files[name];
    python.setStdin({stdin: () => null});          // input() has nobody to ask: EOFError
    cells = python.pyimport("live_page.cells");
    cells.begin();
    return {};
  },
  run: ({code, number}) => JSON.parse(cells.run(code, number)),
  reset: () => { cells.reset(); return {}; },
  call: ({module, name, args}) => {              // a function of live_page: JSON in, JSON out
    const found = python.pyimport("live_page." + module);
    const answer = found[name](...args);
    return {value: JSON.parse(answer)};
  },
};

onmessage = async ({data}) => {
  try {
    postMessage({id: data.id, ...await does[data.does](data)});
  } catch (error) {
    postMessage({id: data.id, failed: String(error?.message ?? error)});
  }
};
