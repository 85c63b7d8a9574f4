const bottom = (part, words) => [...document.querySelectorAll(part)].filter((one) => words.every((word) => one.textContent.includes(word))).map((one) => one.getBoundingClientRect().bottom)[0] ?? 9999;
finish([
  bottom(".top-findings li li", ["bosch", "CY8CPROTO_062_4343W_int8", "vww", "+49.6 %"]),
  bottom(".top-findings li li", ["bosch", "CY8CPROTO_062_4343W_int8", "ad", "98.295"]),
  bottom(".top-findings li li", ["bosch", "1.368958 s"]),
  bottom(".matrix .total", ["73"]),
  bottom(".unchecked h2", [""]),
]);
