for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const key = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  for (const button of table.tHead.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const numeric = head.dataset.numeric !== undefined;
      const rows = [...body.rows].map((row, index) => ({ row, index, key: key(row, head.cellIndex) }));
      rows.sort((a, b) => {
        let order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
        if (numeric) {
          const [x, y] = [a, b].map((one) => (one.key === "" ? NaN : Number(one.key)));
          if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a.index - b.index;
          order = x - y;
        }
        return (down ? -order : order) || a.index - b.index;
      });
      body.append(...rows.map(({ row }) => row));
    });
  }
}
