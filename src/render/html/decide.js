/** Decisions by rule and path, as a waiver covers them: { choice, because }. They live as long as the page. */
const decisions = new Map();
const deciding = document.getElementById("deciding");
const subject = (finding) => `${finding.dataset.rule}\n${finding.dataset.path}`;
const alike = new Map();
for (const finding of findings) {
  const key = subject(finding);
  alike.set(key, [...(alike.get(key) ?? []), finding]);
}
let saved = true;

function decide(key, choice, because) {
  saved = false;
  if (choice || because) decisions.set(key, { choice, because });
  else decisions.delete(key);
  for (const finding of alike.get(key)) {
    const box = finding.querySelector(".decide");
    box.querySelector(`input[value="${choice}"]`).checked = true;
    const reason = box.querySelector(".because input");
    if (reason.value !== because) reason.value = because;
    finding.querySelector(".decided").textContent = choice ? `Decision: ${choice}${because ? `, ${because}` : ""}` : "";
  }
  tally();
}
function tally() {
  const count = (choice) => [...decisions.values()].filter((one) => one.choice === choice).length;
  const told = `${count("accept")} accepted, ${count("waive")} waived, ${count("ask")} asked, of ${alike.size} places.`;
  document.getElementById("decided").textContent = told;
}
/** A place to decide at the end of a finding, or of a rule for all of its findings that are shown. */
function controls(at, name, changed) {
  at.append(document.getElementById("decide").content.cloneNode(true));
  const box = at.querySelector(":scope > .decide");
  box.querySelector("legend").textContent = name;
  const reason = box.querySelector(".because input");
  const radios = [...box.querySelectorAll("input[type=radio]")];
  const id = `d${document.querySelectorAll(".decide").length}`;
  for (const radio of radios) radio.name = id;
  const tell = () => changed(radios.find((radio) => radio.checked).value, reason.value);
  box.addEventListener("change", tell);
  reason.addEventListener("input", tell);
}
/** Text in double quotes as YAML reads it: that of JSON, with everything unseen as its code. */
const quoted = (words) =>
  JSON.stringify(words).replace(/[\u007f-\u00a0\u00ad\u2028\u2029\ufeff\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
function waivers() {
  const [by, date] = [deciding.elements.by.value.trim(), deciding.elements.date.value];
  const waived = [...decisions].filter(([, one]) => one.choice === "waive");
  if (!waived.length) return { fault: "Nothing is waived." };
  if (!by || !date) return { fault: "Say who decided, and when." };
  const bare = waived.find(([, one]) => !one.because.trim());
  if (bare) return { fault: "A waiver needs a reason.", at: alike.get(bare[0])[0] };
  const lines = waived.map(([key, one]) => {
    const [rule, path] = key.split("\n");
    const fields = { path: JSON.parse(path), reason: one.because.trim(), decided_by: by, date, round: document.body.dataset.round };
    return `- rule: ${rule}\n${Object.entries(fields).map(([name, value]) => `  ${name}: ${quoted(value)}\n`).join("")}`;
  });
  return { text: lines.join("") };
}
function letter(submitter) {
  const [by, date] = [deciding.elements.by.value.trim(), deciding.elements.date.value];
  const own = [...decisions].filter(([key]) => alike.get(key)[0].dataset.submitter === submitter);
  const part = (choice, title, why) => {
    const lines = own.filter(([, one]) => one.choice === choice).flatMap(([key, one]) =>
      alike.get(key).map((finding) => {
        const of = (name) => finding.querySelector(name)?.textContent ?? "";
        const because = one.because.trim() ? `\n  ${why}: ${one.because.trim()}` : "";
        return `- ${of("h4")}: ${finding.dataset.told ?? of(".message")} (${finding.dataset.rule})\n  ${of(".place")}${because}\n`;
      }));
    return lines.length ? `\n## ${title}\n\n${lines.join("")}` : "";
  };
  const text = part("ask", "Please answer", "Question") + part("accept", "These findings stand", "Because") + part("waive", "These do not count", "Because");
  const from = [by && `from ${by}`, date].filter(Boolean).join(", ");
  return text && `# MLPerf Tiny ${document.body.dataset.round}: review of ${submitter}\n${from && `\n${from}\n`}${text}`;
}
function save(name, text, type) {
  const link = document.createElement("a");
  const url = URL.createObjectURL(new Blob([text], { type }));
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
  saved = true;
}
if (deciding) {
  const day = new Date();
  deciding.elements.date.value = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
  for (const finding of findings) {
    controls(finding, "Decide:", (choice, because) => decide(subject(finding), choice, because));
  }
  for (const rule of document.querySelectorAll(".rule")) {
    const own = () => [...rule.querySelectorAll(".finding")].filter((one) => !one.hidden);
    if (rule.querySelectorAll(".finding").length < 2) continue;
    const all = document.createElement("div");
    rule.querySelector(".finding").before(all);
    controls(all, "Decide all that are shown:", (choice, because) => {
      for (const finding of own()) decide(subject(finding), choice, because);
    });
  }
  const told = document.getElementById("decided");
  document.getElementById("save-waivers").addEventListener("click", () => {
    const { text, fault, at } = waivers();
    told.textContent = fault ?? "The waivers are saved.";
    if (text) save(`waivers-${document.body.dataset.round}.yaml`, text, "application/yaml");
    if (at) reveal(at.id);
  });
  document.getElementById("save-letter").addEventListener("click", () => {
    const submitter = deciding.elements.letter.value;
    const text = letter(submitter);
    const shown = document.getElementById("letter");
    shown.textContent = text;
    shown.hidden = !text;
    told.textContent = text ? "The letter is saved." : `Nothing is decided of ${submitter}.`;
    if (text) save(`letter-${submitter.replace(/[^A-Za-z0-9._-]/g, "_")}.md`, text, "text/markdown");
  });
  addEventListener("beforeunload", (event) => {
    if (!saved) event.preventDefault();
  });
}
