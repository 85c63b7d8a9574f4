for (const one of document.querySelectorAll("details")) one.open = true;
const most = document.documentElement.clientWidth;
const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > most + 1 && !one.closest(".scroll, svg"));
finish({ most, wide: document.documentElement.scrollWidth, out: out.slice(0, 5).map((one) => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 60)}`) });
