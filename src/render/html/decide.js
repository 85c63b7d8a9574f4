/** Decisions by rule and path, like waivers: { choice, because }. They last until the page is closed. */
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
  const text = `Of ${alike.size} places: ${count("stands")} stand, ${count("waive")} waived, ${count("ask")} to ask.`;
  document.getElementById("decided").textContent = text;
}
/** Adds the decision controls of a finding, or of all visible findings of a rule. */
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
/** Quotes text for YAML: as JSON, with invisible characters escaped. */
const quoted = (words) =>
  JSON.stringify(words).replace(/[\u007f-\u00a0\u00ad\u2028\u2029\ufeff\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
function waivers() {
  const [by, date] = [deciding.elements.by.value.trim(), deciding.elements.date.value];
  const waived = [...decisions].filter(([, one]) => one.choice === "waive");
  if (!waived.length) return { fault: "No finding is waived." };
  if (!by || !date) return { fault: "Fill in who decided and the date." };
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
        const said = (node) => (node.nodeName === "CODE" ? `\`${node.textContent}\`` : node.textContent);
        const of = (name) => [...(finding.querySelector(name)?.childNodes ?? [])].map(said).join("");
        const because = one.because.trim() ? `\n  ${why}: ${one.because.trim()}` : "";
        return `- ${of("h4")}: ${finding.dataset.letter ?? of(".message")} (${finding.dataset.rule})\n  ${of(".place")}${because}\n`;
      }));
    return lines.length ? `\n## ${title}\n\n${lines.join("")}` : "";
  };
  const text = part("ask", "Please answer", "Question") + part("stands", "These findings stand", "Reason") + part("waive", "These findings are waived", "Reason");
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
    controls(all, "Decide all visible findings:", (choice, because) => {
      for (const finding of own()) decide(subject(finding), choice, because);
    });
  }
  const status = document.getElementById("decided");
  document.getElementById("save-waivers").addEventListener("click", () => {
    const { text, fault, at } = waivers();
    status.textContent = fault ?? "Waivers saved.";
    if (text) save(`waivers-${document.body.dataset.round}.yaml`, text, "application/yaml");
    if (at) reveal(at.id);
  });
  document.getElementById("save-letter").addEventListener("click", () => {
    const submitter = deciding.elements.letter.value;
    const text = letter(submitter);
    const shown = document.getElementById("letter");
    shown.textContent = text;
    shown.hidden = !text;
    status.textContent = text ? "Letter saved." : `No decisions about findings of ${submitter}.`;
    if (text) save(`letter-${submitter.replace(/[^A-Za-z0-9._-]/g, "_")}.md`, text, "text/markdown");
  });
  addEventListener("beforeunload", (event) => {
    if (!saved) event.preventDefault();
  });
}
