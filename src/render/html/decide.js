/** Decisions by rule and path, like waivers: { choice, because }. They last until the page is closed. */
const decisions = new Map();
const deciding = document.getElementById("deciding");
/** Paths are compared as this page writes them, however hidden characters were escaped. */
const subject = (finding) => `${finding.dataset.rule}\n${JSON.stringify(JSON.parse(finding.dataset.path))}`;
const alike = new Map();
for (const finding of findings) {
  const key = subject(finding);
  alike.set(key, [...(alike.get(key) ?? []), finding]);
}
/** What each control on the page decides about; the control shows what is decided of all of it. */
const shownControls = new Map();
let saved = true;

function mark(unsaved) {
  saved = !unsaved;
  // The page that shows this one in a frame asks before it is left.
  if (parent !== window) parent.postMessage(unsaved ? "unsaved" : "saved", "*");
}
function decide(keys, choice, because) {
  for (const key of keys) {
    if (choice || because) decisions.set(key, { choice, because });
    else decisions.delete(key);
  }
  mark(true);
  refresh();
  showCounts(rows.filter((row) => !row.hidden), findings.filter((one) => !one.hidden));
}
/** Shows the decisions on every control and counts them. */
function refresh() {
  for (const [box, own] of shownControls) {
    if (!box.isConnected) {
      shownControls.delete(box);
      continue;
    }
    const made = own().map((finding) => decisions.get(subject(finding)));
    const same = made.every((one) => one?.choice === made[0]?.choice && one?.because === made[0]?.because);
    const { choice, because } = (same && made[0]) || { choice: "", because: "" };
    const radio = box.querySelector(`input[type=radio][value="${choice}"]`);
    if (!radio.checked) radio.checked = true;
    const reason = box.querySelector(".because input");
    if (reason.value !== because && document.activeElement !== reason) reason.value = because;
    box.nextElementSibling.textContent = choice ? `Decision: ${choice}${because ? `, ${because}` : ""}` : "";
  }
  const count = (choice) => [...decisions.values()].filter((one) => one.choice === choice).length;
  const [stand, waived, ask] = ["stands", "waive", "ask"].map(count);
  document.getElementById("decided").textContent = `Of ${alike.size} places: ${stand} stand, ${waived} waived, ${ask} to ask.`;
  document.getElementById("progress").textContent = `${stand + waived + ask} of ${alike.size} decided`;
}
/** Adds the decision controls of findings. */
function controls(at, name, own) {
  at.append(document.getElementById("decide").content.cloneNode(true));
  const box = at.querySelector(":scope > .decide");
  box.querySelector("legend").textContent = name;
  const reason = box.querySelector(".because input");
  const radios = [...box.querySelectorAll("input[type=radio]")];
  controls.number = (controls.number ?? 0) + 1;
  for (const radio of radios) radio.name = `d${controls.number}`;
  const tell = () => decide(new Set(own().map(subject)), radios.find((radio) => radio.checked).value, reason.value);
  box.addEventListener("change", tell);
  reason.addEventListener("input", tell);
  shownControls.set(box, own);
}
/** Quotes text for YAML: as JSON, with invisible characters escaped. */
const quoted = (words) =>
  JSON.stringify(words).replace(/[\u007f-\u00a0\u00ad\u2028\u2029\ufeff\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
/** Returns a file of waivers, with the other decisions as comments that this page reads back. */
function decisionsFile() {
  const [by, date] = [deciding.elements.by.value.trim(), deciding.elements.date.value];
  const made = [...decisions].filter(([, one]) => one.choice);
  const waived = made.filter(([, one]) => one.choice === "waive");
  if (!made.length) return { fault: "Nothing is decided yet." };
  if (waived.length && !(by && date)) return { fault: "Fill in who decided and the date.", at: "decisions" };
  const bare = waived.find(([, one]) => !one.because.trim());
  if (bare) return { fault: "A waiver needs a reason.", at: alike.get(bare[0])[0].id };
  const split = (key) => key.split("\n");
  const waivers = waived.map(([key, one]) => {
    const [rule, path] = split(key);
    const fields = { path: JSON.parse(path), reason: one.because.trim(), decided_by: by, date, round: document.body.dataset.round };
    return `- rule: ${rule}\n${Object.entries(fields).map(([name, value]) => `  ${name}: ${quoted(value)}\n`).join("")}`;
  });
  const others = made.filter(([, one]) => one.choice !== "waive").map(([key, { choice, because }]) => {
    const [rule, path] = split(key);
    return `# ${quoted({ rule, path: JSON.parse(path), choice, because })}\n`;
  });
  return { text: (waivers.join("") || "[]\n") + others.join("") };
}
/** Returns the value of a YAML scalar on one line. */
const scalar = (text) => {
  if (text.startsWith('"')) return JSON.parse(text);
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text.trim();
};
/** Returns a decision of a comment; an error if it is none that this page can show. */
const checked = ({ rule, path, choice, because = "" }) => {
  if (!["stands", "waive", "ask"].includes(choice) || typeof because !== "string") throw new Error("no decision");
  return { rule, path, choice, because };
};
/** Returns the decisions in a file that this page or a person wrote. */
function parsed(text) {
  const found = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    try {
      const comment = line.match(/^# (\{.*\})$/);
      const field = line.match(/^(- | {2})(\w+): *(.*)$/);
      if (comment) found.push(checked(JSON.parse(comment[1])));
      else if (/^\s*(#.*|---|\[\])?$/.test(line)) continue;
      else if (field?.[1] === "- ") found.push({ choice: "waive", [field[2]]: scalar(field[3]) });
      else found.at(-1)[field[2]] = scalar(field[3]);
    } catch {
      return { fault: `Line ${index + 1} of the file cannot be read: ${line}` };
    }
  }
  return { found };
}
/** Takes over the decisions of a file; what is already decided here stays. */
function readBack(text) {
  const { found, fault } = parsed(text);
  if (fault) return fault;
  const before = saved;
  const counts = { read: 0, kept: 0, unknown: 0 };
  for (const { rule, path, choice, because, reason, decided_by: by, date } of found) {
    const key = `${rule}\n${JSON.stringify(path)}`;
    const own = decisions.get(key);
    const words = because ?? reason ?? "";
    if (!alike.has(key)) counts.unknown += 1;
    else if (own?.choice && (own.choice !== choice || own.because !== words)) counts.kept += 1;
    else {
      counts.read += 1;
      decisions.set(key, { choice, because: words });
    }
    if (by && !deciding.elements.by.value) deciding.elements.by.value = by;
    if (date) deciding.elements.date.value = date;
  }
  decide([], "", "");
  // What was decided here before is not in that file.
  mark(!before || counts.kept > 0);
  const rest = [counts.kept && `${counts.kept} stay as decided here`, counts.unknown && `${counts.unknown} fit no finding of this page`].filter(Boolean);
  return `${counts.read} decisions read${rest.length ? `; ${rest.join("; ")}` : ""}.`;
}
/** Returns the letter that `tinyaudit letters` writes, with the decisions added. */
function letter(to) {
  const [by, date] = [deciding.elements.by.value.trim(), deciding.elements.date.value];
  const own = [...decisions].filter(([key]) => `${alike.get(key)[0].dataset.division}/${alike.get(key)[0].dataset.submitter}` === to);
  const part = (choice, title, why) => {
    const lines = own.filter(([, one]) => one.choice === choice).flatMap(([key, one]) =>
      alike.get(key).map((finding) => {
        const said = (node) => (node.nodeName === "CODE" ? `\`${node.textContent}\`` : node.textContent);
        const of = (name) => [...(finding.querySelector(name)?.childNodes ?? [])].map(said).join("");
        const because = one.because.trim() ? `\n  ${why}: ${one.because.trim()}` : "";
        return `- ${of("h4")}: ${finding.dataset.letter ?? of(".message")} (${finding.dataset.rule})\n  ${of(".place")}${because}\n`;
      }));
    return lines.length ? `\n### ${title}\n\n${lines.join("")}` : "";
  };
  const decided = part("ask", "Please answer", "Question") + part("stands", "These findings stand", "Reason") + part("waive", "These findings are waived", "Reason");
  const from = [by && `by ${by}`, date && `on ${date}`].filter(Boolean).join(" ");
  const body = [...document.querySelectorAll("template.letter")].find((one) => one.dataset.to === to)?.content.textContent ?? "";
  return body + (decided && `\n## Decided${from && ` ${from}`}\n${decided}`);
}
function save(name, text, type) {
  const link = document.createElement("a");
  const url = URL.createObjectURL(new Blob([text], { type }));
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
if (deciding) {
  const day = new Date();
  deciding.elements.date.value = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
  for (const finding of findings) controls(finding, "Decide:", () => [finding]);
  for (const rule of document.querySelectorAll(".rule")) {
    const all = [...rule.querySelectorAll(".finding")];
    if (all.length < 2) continue;
    const box = document.createElement("div");
    all[0].before(box);
    controls(box, "Decide all that are shown:", () => all.filter((one) => !one.hidden));
  }
  const status = document.getElementById("decided");
  const saveDecisions = () => {
    const { text, fault, at } = decisionsFile();
    if (text) {
      save(`decisions-${document.body.dataset.round}.yaml`, text, "application/yaml");
      mark(false);
    }
    status.textContent = fault ?? "Decisions saved.";
    document.getElementById("progress").textContent = status.textContent;
    if (at) reveal(at);
  };
  document.getElementById("save-waivers").addEventListener("click", saveDecisions);
  document.getElementById("save-bar").addEventListener("click", saveDecisions);
  deciding.elements.file.addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    const said = file && (file.size > 1024 ** 2 ? `${file.name} is too large for a file of decisions.` : readBack(await file.text()));
    // Without this, choosing the same file again would not be noticed.
    target.value = "";
    if (said) status.textContent = said;
  });
  document.getElementById("save-letter").addEventListener("click", () => {
    const to = deciding.elements.letter.value;
    const text = letter(to);
    const shown = document.getElementById("letter");
    shown.textContent = text;
    shown.hidden = !text;
    status.textContent = text ? "Letter saved." : `${to} needs no letter: no findings, or only notes.`;
    if (text) save(`${to}.md`.replace(/[^A-Za-z0-9._-]/g, "-"), text, "text/markdown");
  });
  addEventListener("beforeunload", (event) => {
    if (!saved) event.preventDefault();
  });
}
