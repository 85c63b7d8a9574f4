(() => {
  "use strict";
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const key = (row, column) => {
      const cell = row.cells[column];
      return cell.dataset.value ?? cell.textContent.trim();
    };
    table.tHead.querySelectorAll("button").forEach((button) => {
      button.addEventListener("click", () => {
        const head = button.closest("th");
        const down = head.getAttribute("aria-sort") === "ascending";
        table.tHead.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const column = head.cellIndex;
        const numeric = head.dataset.numeric !== undefined;
        const rows = [...body.rows].map((row, index) => ({ row, index, key: key(row, column) }));
        rows.sort((a, b) => {
          let order;
          if (numeric) {
            const [x, y] = [a.key === "" ? NaN : Number(a.key), b.key === "" ? NaN : Number(b.key)];
            if (Number.isNaN(x) || Number.isNaN(y)) {
              return Number.isNaN(x) - Number.isNaN(y) || a.index - b.index;
            }
            order = x - y;
          } else {
            order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
          }
          return (down ? -order : order) || a.index - b.index;
        });
        rows.forEach(({ row }) => body.append(row));
      });
    });
    const input = document.getElementById(table.dataset.filter);
    const shown = document.getElementById(table.dataset.filter + "-count");
    const filter = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const row of body.rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        count += row.hidden ? 0 : 1;
      }
      shown.textContent = `${count} of ${body.rows.length}`;
    };
    input.addEventListener("input", filter);
    filter();
  }
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let place = target; place; place = place.parentElement) {
      if (place instanceof HTMLDetailsElement) place.open = true;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
})();
