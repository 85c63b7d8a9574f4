const visible = (id) => document.getElementById(id).checkVisibility();
const after = () => new Promise((done) => setTimeout(done, 100));
const follow = async (link) => { link.click(); await after(); return link.getAttribute("href").slice(1); };
(async () => {
  const top = await follow(document.querySelector(".top-findings ul ul a"));
  const finding = visible(top);
  const evidence = await follow(document.querySelector(`#${top} h4 a`));
  const opened = document.getElementById(evidence).open;
  const back = await follow(document.querySelector(`[id="${evidence}"] .found a`));
  const cell = document.querySelector(".matrix a.figure");
  await follow(cell);
  const rows = [...document.querySelectorAll("tr.result")].filter((row) => !row.hidden).map((row) => row.dataset.status);
  const others = [...document.querySelectorAll(".finding")].filter((one) => !one.hidden).map((one) => one.dataset.consequence);
  finish({ finding, opened, same: back === top, rows, others, focus: document.activeElement.id });
})();
