// The first screen, counted again for what the filters show and what is decided.
const headline = document.getElementById("headline");
const verdict = document.getElementById("verdict");
const SEVERITIES = ["note", "warning", "error"];
/** Rules listed, and findings listed of each; of missing evidence, one example is enough. */
const [RULES, NAMED] = [8, 3];
const written = { headline: headline?.textContent, verdict: verdict?.textContent, classes: [headline?.className, verdict?.className] };
const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const weight = (found) => found.reduce((sum, one) => sum + Number(one.dataset.count ?? 1), 0);
const counts = (finding) => !("absent" in finding.dataset) && !isWaived(finding);
const isWaived = (finding) => "waived" in finding.dataset || decisions.get(subject(finding))?.choice === "waive";
const isValid = (row) => !has(row, "status", "invalid") || (row.dataset.lifting ?? "").split(" ").every((id) => id && isWaived(document.getElementById(id)));
/** Returns the numbers of a row of the table of submitters: results, valid, rule broken, contradicted, unproven, then findings. */
function numbers(results, found) {
  const valid = results.filter(isValid);
  const others = results.filter((row) => !isValid(row));
  const [broken, contradicted] = ["not-by-the-rules", "contradicted"].map((status) => others.filter((row) => has(row, "status", status)).length);
  const about = (key) => weight(found.filter((one) => one.dataset.consequence === key && counts(one)));
  const ofResults = { results: results.length, valid: valid.length, broken, contradicted, unproven: others.length - broken - contradicted };
  return { ...ofResults, energies: valid.filter((row) => "energyOut" in row.dataset).length, findings: ["figure", "evidence", "document"].map(about) };
}
function drawBar(svg, { results, valid, broken, contradicted, unproven }) {
  if (!svg) return;
  let from = 0;
  for (const [index, part] of [valid, broken + contradicted, unproven].entries()) {
    const width = results ? (100 * part) / results : 0;
    svg.children[index].setAttribute("x", from);
    svg.children[index].setAttribute("width", width);
    from += width;
  }
}
function showHeadline(all, found) {
  const parts = JSON.parse(headline.dataset.parts);
  const others = [all.contradicted, all.broken, all.unproven, all.energies];
  const rest = others.map((count, index) => (count ? ` · ${count} ${parts[index][count === 1 ? 0 : 1]}` : "")).join("");
  headline.textContent = `${all.valid} of ${many(all.results, "result")} can be published${rest}`;
  const tone = all.contradicted + all.broken ? "bad" : all.unproven + all.energies || !all.results ? "open" : "good";
  headline.className = `headline ${tone}`;
  const weigh = (severity) => weight(found.filter((one) => one.dataset.severity === severity && counts(one)));
  const weights = SEVERITIES.map(weigh);
  const fails = weights.slice(SEVERITIES.indexOf(verdict.dataset.threshold)).some((count) => count > 0);
  const waived = weight(found.filter(isWaived));
  const absent = weight(found.filter((one) => "absent" in one.dataset && !isWaived(one)));
  const said = [...SEVERITIES.keys()].reverse().map((index) => many(weights[index], SEVERITIES[index])).join(", ");
  verdict.textContent = `${fails ? "FAIL" : "PASS"}: ${said}${waived ? `, ${waived} waived` : ""}${absent ? `, ${absent} not counted (files known to be absent)` : ""} in ${many(all.results, "result")}`;
  verdict.className = `verdict${fails ? " fail" : tone === "good" ? "" : " open"}`;
}
/** Copies what an element contains. */
const copied = (from) => (from ? [...from.cloneNode(true).childNodes] : []);
function entry(finding) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `#${finding.id}`;
  link.append(finding.querySelector("h4").textContent);
  item.append(link, ": ", ...copied(finding.querySelector(".message")));
  return item;
}
/** Lists the first rules whose findings are shown and count, as the page does without filters, with their decisions. */
function showTop() {
  const top = document.getElementById("top");
  if (!top) return;
  const items = [];
  for (const rule of document.querySelectorAll(".rule")) {
    const own = [...rule.querySelectorAll(".finding")].filter((one) => !one.hidden && !("waived" in one.dataset) && !("absent" in one.dataset));
    if (!own.length || own[0].dataset.severity === "note") continue;
    if (items.length === RULES) break;
    const listed = "absence" in own[0].dataset ? 1 : NAMED;
    const shown = own.slice(0, own.length === listed + 1 ? own.length : listed);
    const item = document.createElement("li");
    item.dataset.severity = own[0].dataset.severity;
    const head = document.createElement("a");
    head.href = `#${rule.id}`;
    const severity = document.createElement("b");
    severity.className = `severity ${own[0].dataset.severity}`;
    severity.textContent = own[0].dataset.severity;
    head.append(severity, " ", ...copied(rule.querySelector(".title")));
    const title = document.createElement("span");
    title.append(head, own.length > 1 ? ` ${own.length}×` : "");
    item.append(title);
    const list = document.createElement("ul");
    list.append(...shown.map(entry));
    if (shown.length < own.length) {
      const more = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#${rule.id}`;
      link.textContent = `and ${own.length - shown.length} more`;
      more.append(link);
      list.append(more);
    }
    item.append(list);
    controls(item, own.length > 1 ? `Decide these ${own.length}:` : "Decide:", () => own);
    items.push(item);
  }
  if (!items.length) {
    const none = document.createElement("li");
    none.textContent = "Nothing.";
    items.push(none);
  }
  top.replaceChildren(...items);
  refresh();
}
function showUnchecked() {
  const tally = (part, places) => {
    const count = new Set(places.filter((one) => !one.parentElement.hidden).map((one) => one.hash)).size;
    part.querySelector(".tally").textContent = count;
    part.hidden = count === 0;
  };
  for (const kind of document.querySelectorAll(".unchecked .kind")) {
    const places = [...kind.querySelectorAll(".places a")];
    for (const place of places) place.parentElement.hidden = document.getElementById(decodeURIComponent(place.hash.slice(1)))?.hidden ?? false;
    for (const one of kind.querySelectorAll("details")) tally(one, [...one.querySelectorAll(".places a")]);
    tally(kind, places);
  }
  for (const one of document.querySelectorAll(".whole")) one.textContent = document.body.classList.contains("filtered") ? ", in the whole tree" : "";
}
/** Counts results and findings again; what is listed stays as it is. */
function showCounts(results, found) {
  // What a part of a report lists cannot be counted again.
  if (!headline || "partial" in document.body.dataset) return;
  const all = numbers(results, found);
  drawBar(document.querySelector(".top svg.state"), all);
  for (const row of document.querySelectorAll(".matrix tbody tr")) {
    const own = (one) => row.matches(".total") || (one.dataset.submitter === row.dataset.submitter && one.dataset.division === row.dataset.division);
    const part = numbers(results.filter(own), found.filter(own));
    const { valid, broken, contradicted, unproven } = part;
    const cells = [part.results, valid, broken, contradicted, unproven, ...part.findings];
    for (const [index, count] of cells.entries()) {
      const cell = row.cells[index + 1];
      (cell.firstElementChild ?? cell).textContent = count;
    }
    drawBar(row.querySelector("svg.state"), part);
    row.hidden = !row.matches(".total") && document.body.classList.contains("filtered") && cells.every((count) => count === 0);
  }
  const changed = document.body.classList.contains("filtered") || [...decisions.values()].some((one) => one.choice === "waive");
  if (changed) {
    showHeadline(all, found);
  } else {
    [headline.textContent, verdict.textContent] = [written.headline, written.verdict];
    [headline.className, verdict.className] = written.classes;
  }
  const effect = document.getElementById("effect");
  if (effect) effect.textContent = `${all.valid} of ${many(all.results, "result")} can be published`;
}
function showFirst(results, found) {
  // What a part of a report lists cannot be counted again.
  if (!headline || "partial" in document.body.dataset) return;
  showCounts(results, found);
  showTop();
  showUnchecked();
}
