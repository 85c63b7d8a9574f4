const [headlines, verdicts] = [[], []];
const see = () => {
  headlines.push(document.getElementById("headline").textContent);
  verdicts.push(document.getElementById("verdict").textContent);
};
const choose = (name, value) => {
  const field = document.getElementById("filters").elements[name];
  field.value = value;
  document.getElementById("filters").dispatchEvent(new Event("input", { bubbles: true }));
};
const visible = (selector) => [...document.querySelectorAll(selector)].filter((one) => !one.closest("[hidden]")).map((one) => one.textContent);
see();
const before = performance.now();
choose("submitter", "kai_jiang");
const milliseconds = performance.now() - before;
see();
const top = visible("#top li li a").filter((text) => !text.startsWith("and "));
const matrix = visible(".matrix tbody tr");
const unchecked = visible(".unchecked .places a");
const chips = visible(".chip");
const nothing = [!document.getElementById("nothing").hidden];
choose("words", "no such words");
nothing.push(!document.getElementById("nothing").hidden);
document.getElementById("clear").click();
setTimeout(() => {
  see();
  finish({ headlines, verdicts, top, matrix, unchecked, chips, nothing, milliseconds });
}, 100);
