// Filters of the history: rows that fit stay, and benchmarks without any are hidden.
const filters = document.getElementById("filters");
const rows = [...document.querySelectorAll("tr[data-submitter]")];
const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
function apply() {
  const { submitter, class: of, words } = filters.elements;
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) {
    const fits = (!submitter.value || row.dataset.submitter === submitter.value) && (!of.value || row.dataset.class === of.value);
    row.hidden = !(fits && wanted.every((word) => texts.get(row).includes(word)));
  }
  for (const part of document.querySelectorAll("details.benchmark")) {
    const shown = [...part.querySelectorAll("tr[data-submitter]")].filter((row) => !row.hidden).length;
    part.hidden = shown === 0;
    part.querySelector(".shown").textContent = shown;
  }
  document.getElementById("count").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
}
filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("input", apply);
filters.addEventListener("reset", () => setTimeout(apply));
// A link to a benchmark opens it.
const open = () => {
  const part = document.getElementById(location.hash.slice(1));
  if (part instanceof HTMLDetailsElement) part.open = true;
};
addEventListener("hashchange", open);
apply();
open();
