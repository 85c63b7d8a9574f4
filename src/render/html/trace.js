// The viewer of energy traces: zoom, pan, go from window to window, read values.
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SVG = document.querySelector("svg")?.namespaceURI;
/** The drawing area, as in the plot that the viewer replaces. */
const AREA = { width: 400, height: 210, left: 54, right: 388, top: 14, bottom: 172 };
const KEYS = { "+": ["zoom", 0.5], "=": ["zoom", 0.5], "-": ["zoom", 2], ArrowLeft: ["pan", -0.25], ArrowRight: ["pan", 0.25], 0: ["all"], Home: ["all"] };

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
function decoded({ bounds, most }) {
  const level = (at) => ((64 * DIGITS.indexOf(bounds[at]) + DIGITS.indexOf(bounds[at + 1])) / 4095) * most;
  return Array.from({ length: bounds.length / 4 }, (_, part) => [level(4 * part), level(4 * part + 2)]);
}
/** Returns about six round values between two times. */
function ticks(from, to) {
  const raw = (to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const values = [];
  for (let at = Math.ceil(from / step); at * step <= to; at += 1) values.push([at * step, (at * step).toFixed(digits)]);
  return values;
}
function viewer(figure) {
  const trace = JSON.parse(figure.dataset.trace);
  const parts = decoded(trace);
  const long = trace.seconds / parts.length;
  const old = figure.querySelector("svg");
  const svg = element("svg", { viewBox: `0 0 ${AREA.width} ${AREA.height}`, role: "img", "aria-label": old.getAttribute("aria-label") });
  const box = document.createElement("div");
  box.className = "viewer";
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Power over time: plus and minus zoom, arrow keys move, digits go to a window, 0 shows all");
  const bar = document.createElement("p");
  bar.className = "tools";
  const value = document.createElement("output");
  box.append(bar, svg, value);
  old.replaceWith(box);
  let [from, to] = [0, trace.seconds];
  let drawn = false;
  const x = (time) => AREA.left + ((AREA.right - AREA.left) * (time - from)) / (to - from);
  const y = (power) => AREA.bottom - ((AREA.bottom - AREA.top) * power) / (trace.most * 1.12 || 1);
  const time = (event) => {
    const at = svg.getBoundingClientRect();
    const own = ((event.clientX - at.left) / at.width) * AREA.width;
    return from + ((to - from) * (own - AREA.left)) / (AREA.right - AREA.left);
  };
  function draw() {
    drawn = true;
    const body = [];
    const span = (class_, [start, stop], top, bottom) => {
      const [left, right] = [Math.max(start, from), Math.min(stop, to)].map(x);
      if (right > left) body.push(element("rect", { class: class_, x: left, y: top, width: Math.max(right - left, 0.5), height: bottom - top }));
    };
    for (const window of trace.windows) span("window", window, y(trace.most * 1.05), AREA.bottom);
    const [first, last] = [Math.max(0, Math.floor(from / long)), Math.min(parts.length, Math.ceil(to / long))];
    const step = Math.max(1, Math.floor((last - first) / 700));
    const [upper, lower] = [[], []];
    for (let at = first; at < last; at += step) {
      const some = parts.slice(at, Math.min(at + step, last));
      const left = Math.min(Math.max(x((at + some.length / 2) * long), AREA.left), AREA.right).toFixed(1);
      upper.push(`${left} ${y(Math.max(...some.map((one) => one[1]))).toFixed(1)}`);
      lower.push(`${left} ${y(Math.min(...some.map((one) => one[0]))).toFixed(1)}`);
    }
    if (upper.length) body.push(element("path", { class: "band", d: `M${upper.join("L")}L${lower.reverse().join("L")}Z` }));
    for (const some of trace.inferences) span("inference", some, y(trace.most * 1.11), y(trace.most * 1.06));
    body.push(element("path", { class: "axis", d: `M${AREA.left} ${AREA.top}V${AREA.bottom}H${AREA.right}` }));
    for (const [at, text] of ticks(from, to)) body.push(element("text", { class: "mid", x: x(at), y: AREA.bottom + 14 }, text));
    for (const [at, text] of ticks(0, trace.most * 1.12 || 1)) body.push(element("text", { class: "end", x: AREA.left - 5, y: y(at) + 4 }, text));
    body.push(element("text", { class: "mid", x: (AREA.left + AREA.right) / 2, y: AREA.height - 6 }, "time in s"));
    body.push(element("text", { class: "mid", transform: `translate(12 ${(AREA.top + AREA.bottom) / 2}) rotate(-90)` }, "power in mW"));
    svg.replaceChildren(...body);
  }
  /** Shows an interval, within the trace and not shorter than a few parts. */
  function show(start, stop) {
    const length = Math.min(Math.max(stop - start, 8 * long), trace.seconds);
    from = Math.min(Math.max(start, 0), trace.seconds - length);
    to = from + length;
    draw();
  }
  const middle = () => (from + to) / 2;
  const acts = {
    all: () => show(0, trace.seconds),
    zoom: (factor, at = middle()) => show(at - (at - from) * factor, at + (to - at) * factor),
    pan: (share) => show(from + share * (to - from), to + share * (to - from)),
    window: (number) => {
      const [start, stop] = trace.windows[number];
      show(start - 0.1 * (stop - start), stop + 0.1 * (stop - start));
    },
  };
  function read(at) {
    const part = parts[Math.floor(at / long)];
    if (!part) return;
    const number = trace.windows.findIndex(([start, stop]) => start <= at && at <= stop);
    value.textContent = `${at.toFixed(3)} s: ${part[0].toPrecision(4)} to ${part[1].toPrecision(4)} mW${number < 0 ? "" : `, window ${number + 1}`}`;
  }
  const button = (text, label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    bar.append(made);
  };
  button("all", "Show the whole trace", acts.all);
  button("+", "Zoom in", () => acts.zoom(0.5));
  button("−", "Zoom out", () => acts.zoom(2));
  button("←", "Move left", () => acts.pan(-0.25));
  button("→", "Move right", () => acts.pan(0.25));
  for (const number of [...trace.windows.keys()].slice(0, 9)) button(number + 1, `Show window ${number + 1}`, () => acts.window(number));
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== box) return;
    const [name, ...more] = KEYS[event.key] ?? [];
    const number = Number(event.key) - 1;
    if (name) acts[name](...more);
    else if (trace.windows[number]) acts.window(number);
    else return;
    event.preventDefault();
    read(middle());
  });
  // A wheel alone scrolls the page.
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== box) return;
    event.preventDefault();
    acts.zoom(event.deltaY > 0 ? 1.25 : 0.8, time(event));
  }, { passive: false });
  let held;
  svg.addEventListener("pointerdown", (event) => {
    held = time(event);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (held !== undefined) {
      const moved = held - time(event);
      show(from + moved, to + moved);
    }
    read(time(event));
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { held = undefined; });
  return () => { if (!drawn) draw(); };
}
// Drawn only when its result is opened: a round has many.
for (const section of document.querySelectorAll("details.result")) {
  const figures = [...section.querySelectorAll("figure.trace")];
  if (!figures.length) continue;
  let views;
  const open = () => {
    if (!section.open) return;
    views ??= figures.map(viewer);
    for (const view of views) view();
  };
  section.addEventListener("toggle", open);
  open();
}
