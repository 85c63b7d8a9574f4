const FACETS = ["submitter", "division", "benchmark", "status", "consequence"];
const filters = document.getElementById("filters");
const rows = [...document.querySelectorAll("tr.result")];
const findings = [...document.querySelectorAll(".finding")];
const sections = new Map([...document.querySelectorAll("details.result")].map((one) => [one.dataset.n, one]));
// The text to search, collected before the decision controls are added.
const texts = new Map([...rows, ...findings].map((one) => [one, `${one.textContent} ${one.dataset.rule ?? ""}`.toLowerCase()]));
const byResult = new Map(rows.map((row) => [row.dataset.n, row]));
const on = new Map(findings.map((one) => [one, one.dataset.on.split(" ").filter(Boolean).map((n) => byResult.get(n)).filter(Boolean)]));
const searched = new Map(rows.map((row) => [row, [row]]));
for (const [finding, results] of on) for (const row of results) searched.get(row).push(finding);

/** Returns the filters that are set. */
const wanted = () => {
  const asked = {};
  for (const name of [...FACETS, "words"]) {
    const value = filters.elements[name]?.value.trim();
    if (value) asked[name] = value;
  }
  return asked;
};
/** Returns whether an element has the value of a facet; status and consequence hold several values. */
const has = (element, facet, value) => {
  const own = element.dataset[facet] ?? "";
  return facet === "status" || facet === "consequence" ? own.split(" ").includes(value) : own === value;
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

function apply() {
  const asked = wanted();
  const words = (asked.words ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const facets = FACETS.filter((facet) => facet in asked);
  const fits = (element, names) => names.every((facet) => has(element, facet, asked[facet]));
  let shown = 0;
  for (const row of rows) {
    const show = fits(row, facets) && containsAll(searched.get(row), words);
    row.hidden = !show;
    sections.get(row.dataset.n).hidden = !show;
    shown += show ? 1 : 0;
  }
  const ofResults = facets.filter((facet) => facet !== "consequence");
  for (const finding of findings) {
    const results = on.get(finding);
    const own = results.length ? results.some((row) => fits(row, ofResults)) : fits(finding, ofResults);
    finding.hidden = !(own && fits(finding, facets.filter((facet) => facet === "consequence")) && containsAll([finding], words));
  }
  for (const group of document.querySelectorAll(".rule, .consequence")) {
    const count = [...group.querySelectorAll(".finding")].filter((one) => !one.hidden).length;
    const tally = group.querySelector(":scope > summary > .tally, :scope > h3 > .tally");
    tally.textContent = String(count) === tally.dataset.all ? count : `${count} of ${tally.dataset.all}`;
    if (group.matches(".rule")) group.hidden = count === 0;
  }
  document.getElementById("count").textContent = `${shown} of ${rows.length}`;
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
