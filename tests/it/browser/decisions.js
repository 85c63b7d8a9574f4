const blobs = [];
URL.createObjectURL = (blob) => { blobs.push(blob); return "data:,"; };
HTMLAnchorElement.prototype.click = () => {};
const form = document.getElementById("deciding");
const mark = (finding, choice, because) => {
  finding.querySelector(`.decide input[value="${choice}"]`).click();
  const reason = finding.querySelector(".because input");
  reason.value = because;
  reason.dispatchEvent(new Event("input", { bubbles: true }));
};
const findings = [...document.querySelectorAll(".finding")];
const of = (rule) => findings.find((one) => one.dataset.rule === rule);
const save = document.getElementById("save-waivers");
const headline = () => document.getElementById("headline").textContent;
const said = () => document.getElementById("decided").textContent;
const read = async (text) => {
  const files = new DataTransfer();
  files.items.add(new File([text], "decisions.yaml"));
  form.elements.file.files = files.files;
  document.getElementById("decided").textContent = "";
  form.elements.file.dispatchEvent(new Event("change"));
  // Without a timer, because the test's clock runs on while a file is read.
  const { port1, port2 } = new MessageChannel();
  while (!said()) {
    await new Promise((done) => {
      port1.onmessage = done;
      port2.postMessage("");
    });
  }
  return said();
};
(async () => {
  const headlines = [headline()];
  const submitter = of("accuracy-mismatch").dataset.submitter;
  form.elements.letter.value = `closed/${submitter}`;
  document.getElementById("save-letter").click();
  mark(of("accuracy-mismatch"), "waive", "");
  save.click();
  form.elements.by.value = "The \"group\": #1";
  save.click();
  const refused = said();
  mark(of("accuracy-mismatch"), "waive", "it's a slip: - of the\tpen # \\ \u00e9\u2028");
  headlines.push(headline());
  form.elements.date.value = "2026-01-31";
  mark(of("description-value-empty"), "ask", "Which processor is it?");
  const progress = document.getElementById("progress").textContent;
  save.click();
  document.getElementById("save-letter").click();
  const [bare, yaml, letter] = await Promise.all(blobs.map((blob) => blob.text()));
  for (const rule of ["accuracy-mismatch", "description-value-empty"]) mark(of(rule), "", "");
  const messages = [await read(yaml), await read("- rule: x\n  path: \"broken\n")];
  const odd = await read(`# {"rule":"accuracy-mismatch","path":${of("accuracy-mismatch").dataset.path},"choice":"wave"}\n`);
  if (!odd.startsWith("Line 1")) messages[1] = odd;
  save.click();
  const again = await blobs.at(-1).text();
  finish({ refused, texts: ["", yaml, letter, bare], headlines, progress, read: messages, again });
})();
