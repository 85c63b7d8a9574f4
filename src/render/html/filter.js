/** Filters of results, then of findings. */
const OF_RESULTS = ["submitter", "system", "division", "benchmark", "status"];
const OF_FINDINGS = ["consequence", "severity", "rule"];
const FACETS = [...OF_RESULTS, ...OF_FINDINGS];
const CHIPS = ["status", ...OF_FINDINGS];
const filters = document.getElementById("filters");
const rows = [...document.querySelectorAll("tr.result")];
const findings = [...document.querySelectorAll(".finding")];
const sections = new Map([...document.querySelectorAll("details.result")].map((one) => [one.dataset.n, one]));
const marks = [...document.querySelectorAll("svg [data-n]")];
// The text to search, collected before the decision controls are added.
const texts = new Map([...rows, ...findings].map((one) => [one, `${one.textContent} ${one.dataset.rule ?? ""}`.toLowerCase()]));
const byResult = new Map(rows.map((row) => [row.dataset.n, row]));
const on = new Map(findings.map((one) => [one, one.dataset.on.split(" ").filter(Boolean).map((n) => byResult.get(n)).filter(Boolean)]));
const ofRow = new Map(rows.map((row) => [row, []]));
for (const [finding, results] of on) for (const row of results) ofRow.get(row).push(finding);

/** Returns the filters that are set. */
const wanted = () => {
  const asked = {};
  for (const name of [...FACETS, "words"]) {
    const value = filters.elements[name]?.value.trim();
    if (value) asked[name] = value;
  }
  return asked;
};
/** Returns whether an element has the value of a facet; a status holds several values. */
const has = (element, facet, value) => {
  const own = element.dataset[facet] ?? "";
  return facet === "status" ? own.split(" ").includes(value) : own === value;
};
/** Returns whether a text contains a word. Words of up to three letters, such as benchmark names, match only where a word begins. */
const contains = (text, word) => {
  if (word.length > 3) return text.includes(word);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return true;
  }
  return false;
};
const containsAll = (elements, words) => words.every((word) => elements.some((element) => contains(texts.get(element), word)));

/** Returns the results and findings that fit the facets, out of those that contain the words. */
function matching(asked, worded) {
  const names = (facets) => facets.filter((facet) => facet in asked);
  const [own, about] = [OF_RESULTS, OF_FINDINGS].map(names);
  const fits = (element, facets) => facets.every((facet) => has(element, facet, asked[facet]));
  const found = new Set(findings.filter((finding) => {
    const results = on.get(finding);
    return fits(finding, about) && (results.length ? results.some((row) => fits(row, own)) : fits(finding, own));
  }));
  const results = worded.rows.filter((row) => fits(row, own) && (!about.length || ofRow.get(row).some((one) => found.has(one))));
  return { results, found: worded.findings.filter((one) => found.has(one)) };
}
/** Writes on each chip how many results or findings it would show. */
function count(asked, worded) {
  for (const facet of CHIPS) {
    const chips = filters.querySelectorAll(`.chip input[name=${facet}]`);
    if (!chips.length) continue;
    const { results, found } = matching(Object.fromEntries(Object.entries(asked).filter(([name]) => name !== facet)), worded);
    for (const chip of chips) {
      const held = (facet === "status" ? results : found).filter((one) => has(one, facet, chip.value)).length;
      chip.closest(".chip").hidden = chip.value !== "" && held === 0 && !chip.checked;
      const shown = chip.parentElement.querySelector("b");
      if (shown) shown.textContent = held;
    }
  }
}
function apply() {
  const asked = wanted();
  const words = (asked.words ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const worded = {
    rows: rows.filter((row) => containsAll([row, ...ofRow.get(row)], words)),
    findings: findings.filter((finding) => containsAll([finding], words)),
  };
  const { results, found } = matching(asked, worded);
  const shown = new Set([...results, ...found]);
  for (const row of rows) {
    row.hidden = !shown.has(row);
    sections.get(row.dataset.n).hidden = row.hidden;
  }
  for (const finding of findings) finding.hidden = !shown.has(finding);
  for (const mark of marks) mark.classList.toggle("off", byResult.get(mark.dataset.n)?.hidden ?? false);
  for (const group of document.querySelectorAll(".rule, .consequence")) {
    const count = [...group.querySelectorAll(".finding")].filter((one) => !one.hidden).length;
    const tally = group.querySelector(":scope > summary > .tally, :scope > h3 > .tally");
    tally.textContent = String(count) === tally.dataset.all ? count : `${count} of ${tally.dataset.all}`;
    group.hidden = count === 0;
  }
  count(asked, worded);
  document.getElementById("count").textContent = `${results.length} of ${rows.length}`;
  document.getElementById("nothing").hidden = results.length + found.length > 0;
  document.body.classList.toggle("filtered", Object.keys(asked).length > 0);
  showFirst(results, found);
}
/** Returns the URL fragment for the current filters and, if given, the place `at`. */
const address = (at) => {
  const parts = new URLSearchParams(wanted());
  if (at) parts.set("at", at);
  return `#${parts.toString().replaceAll("+", "%20")}`;
};
/** Applies filters and place from the URL fragment: `#submitter=…&at=…`, or only a place. */
function follow() {
  const hash = location.hash.slice(1);
  let at = "";
  if (hash.includes("=")) {
    const parts = new URLSearchParams(hash);
    for (const name of [...FACETS, "words"]) if (filters.elements[name]) filters.elements[name].value = parts.get(name) ?? "";
    at = parts.get("at") ?? "";
  } else {
    at = hash;
  }
  apply();
  if (at) reveal(decodeURIComponent(at));
}
/** Scrolls to a place and opens the sections around it; resets the filters if they hide it. */
function reveal(id) {
  const target = document.getElementById(id);
  if (!target) return;
  if (target.closest("[hidden]")) {
    filters.reset();
    apply();
  }
  for (let place = target; place; place = place.parentElement) {
    if (place instanceof HTMLDetailsElement) place.open = true;
  }
  target.scrollIntoView();
  const focus = target.matches("details") ? target.querySelector("summary") : target;
  if (!focus.matches("summary, [tabindex]")) focus.tabIndex = -1;
  focus.focus({ preventScroll: true });
}
