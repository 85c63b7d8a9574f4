// No submission comes near these limits; a whole round has a tenth of them.
const MOST_FILES = 100_000;
const MOST_BYTES = 2 * 1024 ** 3;

const at = (id) => document.getElementById(id);
const [start, drop, ask, found, desk] = ["start", "drop", "ask", "found", "desk"].map(at);
const progress = at("running").querySelector("progress");
const buttons = () => at("files-of").querySelectorAll("button");
let worker;
let answers = new Map();
/** Number of the last question, and of the last check. */
let [questions, checks] = [0, 0];
let urls = [];
/** The round of the report, and the round and submitter that were chosen for it. */
let [shownRound, shownChoice] = ["", ["", ""]];
/** The round that the files look like, and why. */
let guess = {};
/** Whether the report has decisions that are not saved. */
let unsaved = false;
/** Number of the current drop; answers for an earlier drop are ignored. */
let turn = 0;

const say = (text) => { at("status").textContent = text; };
const fail = (text) => {
  at("fault").textContent = text;
  at("running").hidden = true;
  // Without a report there is nothing to look at but the choice.
  start.hidden = !found.hidden;
  say("");
};
/** Shows the choice of files, or hides it while there is a report. */
function showStart(shown) {
  start.hidden = !shown;
  at("again").hidden = shown;
  document.body.classList.toggle("audited", !shown);
}
const leaves = () => !unsaved || confirm("The decisions in the report are not saved. Discard them?");

/** Stops the worker and resets the page. */
function stop() {
  turn += 1;
  worker?.terminate();
  worker = undefined;
  answers = new Map();
  for (const url of urls) URL.revokeObjectURL(url);
  urls = [];
  desk.removeAttribute("src");
  unsaved = false;
  for (const part of [ask, found, at("running")]) part.hidden = true;
  showStart(true);
  for (const button of buttons()) button.disabled = false;
  at("fault").textContent = "";
  say("");
}

function address(parts, type) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  urls.push(url);
  return url;
}

function startWorker() {
  worker = new Worker(address([at("worker").textContent], "text/javascript"));
  worker.addEventListener("message", ({ data }) => {
    if (data.all) {
      say(`${data.done} of ${data.all} ${data.counted} …`);
      progress.max = data.all;
      progress.value = data.done;
    }
    if (data.over) {
      stop();
      return fail(data.fault);
    }
    const answer = answers.get(data.answer);
    answers.delete(data.answer);
    if (data.fault) answer?.reject(new Error(data.fault));
    else answer?.resolve(data);
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    stop();
    fail(`The audit cannot run in this browser: ${event.message ?? "its worker does not start"}`);
  });
}

/** Sends a request to the worker and waits for the answer; meanwhile the page shows the cancel button. */
async function question(asked, words, transfer = {}) {
  questions += 1;
  const id = questions;
  at("fault").textContent = "";
  at("running").hidden = false;
  progress.removeAttribute("value");
  say(words);
  const answer = await new Promise((resolve, reject) => {
    answers.set(id, { resolve, reject });
    worker.postMessage({ ask: asked, id, ...transfer });
  });
  if (!answers.size) {
    at("running").hidden = true;
    say("");
  }
  return answer;
}

// Browsers do not list dropped folders if the page was opened from disk.
const unlisted = (path) => `${path} cannot be listed. Choose it with the button “a folder”.`;

/** Lists the files below dropped entries, each with its path; empty folders end with `/`. */
async function below(items, mine) {
  const dropped = items.filter(({ entry }) => entry.isFile).map(({ entry, file }) => ({ path: entry.name, file }));
  const waiting = items.filter(({ entry }) => !entry.isFile).map(({ entry }) => [entry, entry.name]);
  while (waiting.length) {
    const [entry, path] = waiting.pop();
    if (entry.isFile) {
      dropped.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, () => reject(new Error(`${path} cannot be read.`)))) });
    } else if (entry.name !== ".git") {
      const reader = entry.createReader();
      let inside = 0;
      for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, () => reject(new Error(unlisted(path)))));
        if (!some.length) break;
        inside += some.length;
        waiting.push(...some.map((one) => [one, `${path}/${one.name}`]));
      }
      if (!inside) dropped.push({ path: `${path}/` });
    }
    if (mine !== turn) return dropped;
    if (dropped.length % 100 === 0) say(`${dropped.length} files found …`);
    if (dropped.length + waiting.length > MOST_FILES) break;
  }
  return dropped;
}

/** Returns why the files are too many or too large; empty if they are not. */
function excess(dropped) {
  const bytes = dropped.reduce((sum, one) => sum + (one.file?.size ?? 0), 0);
  if (dropped.length > MOST_FILES) return `These are more than ${MOST_FILES.toLocaleString("en")} files, the limit of this page.`;
  if (bytes > MOST_BYTES) return `These files have ${(bytes / 1024 ** 3).toFixed(1)} GiB; this page reads at most ${MOST_BYTES / 1024 ** 3} GiB.`;
  return "";
}

/** Returns a name for dropped files: the folder or the archive. */
function nameOf(dropped) {
  const names = new Set(dropped.map((one) => one.path.split("/")[0]));
  return names.size === 1 ? [...names][0] : `${[...names][0]} and ${names.size - 1} more`;
}

async function take(list) {
  if (!leaves()) return;
  stop();
  const mine = turn;
  try {
    say("Listing …");
    at("running").hidden = false;
    const dropped = await list(mine);
    if (mine !== turn) return;
    const why = excess(dropped);
    if (why) throw new Error(`${why} Choose the folder that contains closed or open, or the folder of one submitter; the tinyaudit command has no limit.`);
    if (!dropped.length) throw new Error("It contains no files.");
    startWorker();
    const opened = await question("open", "Reading …", { module: at("module").textContent, dropped });
    ask.elements.round.replaceChildren(...opened.rounds.reverse().map((name) => new Option(name, name, false, name === opened.guessed)));
    guess = { round: opened.guessed, why: opened.why };
    at("replay").hidden = !opened.inputs;
    at("why").textContent = `${guess.round}: ${guess.why}.`;
    const count = dropped.length === 1 ? "1 file" : `${dropped.length.toLocaleString("en")} files`;
    at("input").textContent = `${nameOf(dropped)} · ${count}`;
    await submitters();
    ask.hidden = false;
    await check();
  } catch (error) {
    if (mine === turn) fail(error.message);
  }
}

async function submitters() {
  const { names } = await question("submitters", "", { round: ask.elements.round.value });
  const options = names.map((name) => new Option(name, name));
  if (names.length !== 1) options.unshift(new Option("all", ""));
  ask.elements.submitter.replaceChildren(...options);
}

async function check() {
  unsaved = false;
  const mine = turn;
  checks += 1;
  const own = checks;
  found.hidden = true;
  try {
    const { round, submitter, waivers } = ask.elements;
    const [file] = waivers.files;
    if (file && file.size > 1024 ** 2) throw new Error(`${file.name} is not a waivers file: it has ${file.size} bytes, more than 1 MiB.`);
    const given = file && [file.name, await file.text()];
    const several = submitter.options.length > 1 && submitter.value;
    const answer = await question("check", "Reading …", { round: round.value, submitter: several || undefined, waivers: given });
    // Something else was chosen meanwhile.
    if (own !== checks) return;
    shownRound = round.value;
    shownChoice = [round.value, submitter.value];
    at("verdict").textContent = answer.verdict;
    at("made").textContent = "";
    at("why").textContent = round.value === guess.round ? `${guess.round}: ${guess.why}.` : `The files look like ${guess.round}: ${guess.why}.`;
    at("package").textContent = answer.obstacle ? "Package (zip), not ready to submit" : "Package (zip)";
    at("package").title = answer.obstacle && `The report in the package says that ${answer.obstacle}.`;
    const loaded = new Promise((done) => desk.addEventListener("load", done, { once: true }));
    desk.src = address([answer.desk], "text/html");
    await loaded;
    if (mine !== turn || own !== checks) return;
    found.hidden = false;
    showStart(false);
    at("verdict").focus();
  } catch (error) {
    if (mine === turn) fail(error.message);
  }
}

function save(name, bytes) {
  const link = document.createElement("a");
  link.href = address([bytes], "application/octet-stream");
  link.download = name;
  link.click();
}

async function make(asked, words, transfer) {
  const mine = turn;
  for (const button of buttons()) button.disabled = true;
  try {
    return await question(asked, words, transfer);
  } catch (error) {
    if (mine === turn) fail(error.message);
    return undefined;
  } finally {
    for (const button of buttons()) button.disabled = false;
  }
}

at("files-of").addEventListener("click", async ({ target }) => {
  if (target.dataset.file) {
    const made = await make("file", "Writing …", { name: target.dataset.file });
    if (made) save(made.name, made.bytes);
  } else if (target.id === "replay") {
    const replayed = await make("replay", "Running the models …", {});
    if (replayed) at("made").textContent = replayed.text;
  } else if (target.id === "package") {
    const made = await make("package", "Packaging …", {});
    if (!made) return;
    const name = `${made.submitter.replace(/[^A-Za-z0-9._-]/g, "_")}-${shownRound}.zip`;
    save(name, made.bytes);
    at("made").textContent = [`SHA-256 ${made.digest}  ${name}`, ...made.left_out.map((one) => `not in the package: ${one}`)].join("\n");
  }
});
ask.addEventListener("submit", (event) => {
  event.preventDefault();
  if (leaves()) check();
});
ask.addEventListener("change", async ({ target }) => {
  const { round, submitter, waivers } = ask.elements;
  if (!leaves()) {
    [round.value, submitter.value] = shownChoice;
    if (target === waivers) waivers.value = "";
    return;
  }
  try {
    if (target === round) await submitters();
  } catch (error) {
    return fail(error.message);
  }
  check();
});
at("again").addEventListener("click", () => {
  if (leaves()) stop();
});
at("example").addEventListener("click", () => {
  const bytes = Uint8Array.from(atob(at("example-zip").textContent), (letter) => letter.charCodeAt(0));
  take(() => [{ path: "example.zip", file: new File([bytes], "example.zip") }]);
});
// The report says when it has decisions that are not saved.
addEventListener("message", (event) => {
  if (event.source === desk.contentWindow) unsaved = event.data === "unsaved";
});
addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
if (location.protocol === "file:") {
  at("what").textContent = "Choose a submission, a package or a whole round";
  drop.classList.add("chosen");
}
at("cancel").addEventListener("click", () => {
  stop();
  say("Cancelled.");
});
for (const id of ["folder", "files"]) {
  at(id).addEventListener("change", ({ target }) => {
    const chosen = [...target.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    // Without this, choosing the same files again after an edit would not be noticed.
    target.value = "";
    if (chosen.length) take(() => chosen.filter((one) => !one.path.includes("/.git/")));
  });
}
for (const kind of ["dragover", "dragleave", "drop"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind !== "drop") return;
    const items = [...event.dataTransfer.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
    const held = items.filter(({ entry }) => entry);
    if (held.length) take((mine) => below(held, mine));
  });
}
