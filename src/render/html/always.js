// For every page with controls: they are shown, and everything is printed.
for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
