// The one Python of a page. Everything that runs Python on a page goes through this object:
//
//   await kernel.start(say)        load and start Python, if it is not there; say("Loading Python …") is told what goes on
//   await kernel.ask(question)     ask the worker: {does: "run", code, number}, {does: "reset"},
//                                  {does: "call", module, name, args: [text, …]} for a function of live_page that
//                                  takes texts and returns JSON (its answer is in .value)
//   kernel.stop()                  end Python at once; whoever waits gets a Stopped
//   kernel.here                    whether Python is started
//   kernel.ended                   functions to call whenever Python has ended
//
// Errors are Error objects whose message is one sentence for the reader.
class Stopped extends Error {}

const kernel = (() => {
  let worker = null, starting = null, asked = 0;
  const waiting = new Map();                      // number of a question: {resolve, reject}
  const ended = [];

  function end(reason) {
    worker?.terminate();
    worker = starting = null;
    for (const {reject} of waiting.values()) reject(reason);
    waiting.clear();
    for (const tell of ended) tell();
  }

  function ask(question, of = worker) {
    return new Promise((resolve, reject) => {
      waiting.set(++asked, {resolve, reject});
      of.postMessage({id: asked, ...question});
    });
  }

  function answer({data}) {
    const {resolve, reject} = waiting.get(data.id) ?? {};
    waiting.delete(data.id);
    if (!resolve) return;
    if (data.failed === undefined) return resolve(data);
    const reason = new Error(`Python ended (${data.failed.split("\n").pop().slice(0, 200)}). The next Run starts it anew.`);
    reject(reason);
    end(reason);
  }

  function spawn(code) {
    const address = URL.createObjectURL(new Blob([code], {type: "text/javascript"}));
    const born = new Worker(address);
    URL.revokeObjectURL(address);
    born.onmessage = answer;
    born.onerror = () => end(new Error("Python ended: it ran out of memory. The next Run starts it anew."));
    return born;
  }

  async function begin(say) {
    const current = () => { if (starting !== begun) throw new Stopped(); };
    const begun = starting;
    say("Loading Python …");
    const names = Object.keys(FILES);
    const contents = await Promise.all(names.map(name => load(FILES[name], name)));
    current();
    say("Starting Python …");
    const born = spawn(packs.get("worker"));
    worker = born;
    await ask({does: "start", packs: Object.fromEntries(names.map((name, i) => [name, contents[i]]))}, born);
  }

  function start(say) {
    if (!starting) {
      starting = {};
      starting.done = begin(say).catch(error => { if (!(error instanceof Stopped)) end(error); throw error; });
    }
    return starting.done;
  }

  return {start, ask, ended, stop: () => end(new Stopped()), get here() { return worker !== null; }};
})();
