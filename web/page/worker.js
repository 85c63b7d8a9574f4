// The worker runs the audit: it holds the dropped files and answers the page's requests one after the other.
let files = [];
let audit;
const reader = new FileReaderSync();

/** Contents of small files by number. They are read in advance and in parallel, because reading them one by one is slow. */
let small = new Map();
const SMALL = 256 * 1024;
const MOST_SMALL = 64 * 1024 ** 2;

async function readSmall() {
  let room = MOST_SMALL;
  const chosen = [...files.entries()].filter(([, file]) => file && file.size <= SMALL && (room -= file.size) >= 0);
  for (let from = 0; from < chosen.length; from += 200) {
    await Promise.all(chosen.slice(from, from + 200).map(async ([number, file]) => {
      // A file that cannot be read fails when the audit needs it.
      const bytes = await file.arrayBuffer().catch(() => undefined);
      if (bytes) small.set(number, new Uint8Array(bytes));
    }));
  }
}
function readPart(number, start, end) {
  const held = small.get(number);
  if (held) return held.subarray(start, end);
  try {
    return new Uint8Array(reader.readAsArrayBuffer(files[number].slice(start, end)));
  } catch (error) {
    throw `the browser cannot read it: ${error.message}`;
  }
}
/** What is counted while the audit runs. */
let counted = "results read";
function tellResult(done, all) {
  postMessage({ done, all, counted });
}
function tellPanic(message) {
  postMessage({ fault: `The audit failed because of a bug in tinyaudit: ${message}`, over: true });
}

const ANSWERS = {
  async open({ module, dropped }) {
    const packed = Uint8Array.from(atob(module), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    await wasm_bindgen({ module_or_path: await new Response(stream).arrayBuffer() });
    files = dropped.map((one) => one.file);
    await readSmall();
    const sizes = Float64Array.from(dropped, (one) => one.file?.size ?? 0);
    audit = new wasm_bindgen.Audit(dropped.map((one) => one.path), sizes);
    return { rounds: wasm_bindgen.rounds(), guessed: audit.guessed, why: audit.why, inputs: audit.hasInputs };
  },
  submitters: ({ round }) => ({ names: audit.submitters(round) }),
  check({ round, submitter, waivers }) {
    const verdict = audit.check(round, submitter, waivers);
    return { verdict, obstacle: audit.obstacle, desk: audit.file("report.html") };
  },
  file: ({ name }) => ({ name, bytes: audit.file(name) }),
  replay() {
    counted = "inferences";
    try {
      return { text: audit.replay() };
    } finally {
      counted = "results read";
    }
  },
  package() {
    const { bytes, digest, submitter, left_out } = audit.package();
    return { bytes, digest, submitter, left_out };
  },
};

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ answer: data.id, ...(await ANSWERS[data.ask](data)) });
  } catch (error) {
    postMessage({ fault: error.message ?? String(error), over: error instanceof WebAssembly.RuntimeError, answer: data.id });
  }
});
