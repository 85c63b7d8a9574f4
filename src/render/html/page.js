filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("input", () => {
  apply();
  history.replaceState(null, "", address());
});
filters.addEventListener("reset", () => setTimeout(() => {
  apply();
  history.replaceState(null, "", address());
}));
document.getElementById("clear").addEventListener("click", () => filters.reset());
// Links inside the page keep the filters; the URL fragment names both.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const to = link.getAttribute("href").slice(1);
  if (to.includes("=")) return;
  event.preventDefault();
  const next = address(to);
  if (next === location.hash) reveal(to);
  else location.hash = next;
});
addEventListener("hashchange", follow);
follow();
