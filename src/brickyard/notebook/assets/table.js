// Sorting and plots of one table that display() has shown. It reads the table alone, and loads nothing.
(function start(id, tries) {
  const root = document.getElementById(id);
  if (!root) {
    // Some front ends run scripts before they put the output into the page.
    if (tries) setTimeout(() => start(id, tries - 1), 50);
    return;
  }
  const WIDTH = 720, HEIGHT = 300, LEFT = 64, BOTTOM = 44, TOP = 12, MOST_BARS = 50, BINS = 20, COLOUR = "#3b7dd8";
  const body = root.querySelector("tbody"), heads = [...root.querySelectorAll("th")];
  const original = [...body.rows];
  const names = heads.map((head) => head.dataset.name);
  const isNumber = heads.map((head) => "number" in head.dataset);

  function valueOf(row, column) {
    const cell = row.cells[column];
    if ("null" in cell.dataset) return null;
    if (!isNumber[column]) return cell.textContent;
    const number = Number(cell.dataset.value ?? cell.textContent);
    return Number.isNaN(number) ? null : number;
  }

  function sort(column) {
    const next = { none: "ascending", ascending: "descending", descending: "none" };
    const order = next[heads[column].getAttribute("aria-sort") || "none"];
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", order);
    heads.forEach((head, i) => {
      head.querySelector("[data-arrow]").textContent = i !== column ? "" : { ascending: " ▲", descending: " ▼" }[order] || "";
    });
    const sign = order === "descending" ? -1 : 1;
    const rows = original.map((row) => [valueOf(row, column), row]);
    if (order !== "none") {
      rows.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null);
        return sign * (isNumber[column] ? a - b : a.localeCompare(b));
      });
    }
    body.append(...rows.map(([, row]) => row));
  }

  heads.forEach((head, column) => {
    head.style.cursor = "pointer";
    head.tabIndex = 0;
    head.title = "sort";
    head.addEventListener("click", () => sort(column));
    head.addEventListener("keydown", (event) => {
      if (event.key === "Enter") sort(column);
    });
  });

  const numbers = names.map((_, i) => i).filter((i) => isNumber[i]);
  if (!numbers.length || !original.length) return;

  function choice(label, options) {
    const select = document.createElement("select");
    select.setAttribute("aria-label", label);
    options.forEach(([value, text]) => select.append(new Option(text, value)));
    select.addEventListener("change", draw);
    const holder = document.createElement("label");
    holder.append(`${label} `, select);
    holder.style.marginRight = "12px";
    bar.append(holder);
    return select;
  }

  const bar = document.createElement("div"), plot = document.createElement("div");
  bar.style.cssText = "margin:0 0 6px;font-size:smaller";
  const kinds = ["table", "bar", "line", "scatter", "histogram"];
  const kind = choice("Show as", kinds.map((name) => [name, name]));
  const across = choice("x", names.map((name, i) => [i, name]));
  const up = choice("y", numbers.map((i) => [i, names[i]]));
  if (numbers.length > 1 && numbers[0] === 0) up.value = numbers[1];
  root.prepend(bar, plot);
  draw();

  function draw() {
    const shown = kind.value;
    root.querySelector("[data-frame]").style.display = shown === "table" ? "" : "none";
    across.parentElement.style.display = shown === "table" || shown === "histogram" ? "none" : "";
    up.parentElement.style.display = shown === "table" ? "none" : "";
    plot.replaceChildren();
    if (shown === "table") return;
    const x = Number(across.value), y = Number(up.value);
    const pairs = [...body.rows].map((row) => [valueOf(row, x), valueOf(row, y)]).filter(([, b]) => b !== null);
    plot.append({ bar: bars, line: lines, scatter: points, histogram: histogram }[shown](pairs, x, y));
  }

  function bars(pairs, x, y) {
    const sums = new Map();
    pairs.forEach(([a, b]) => sums.set(a, (sums.get(a) ?? 0) + b));
    const groups = [...sums].slice(0, MOST_BARS);
    const more = sums.size > MOST_BARS ? `, the first ${MOST_BARS} of ${sums.size}` : "";
    const labels = groups.map(([a]) => String(a));
    return columns(groups.map(([, b]) => b), labels, `sum of ${names[y]} by ${names[x]}${more}`);
  }

  function histogram(pairs, _, y) {
    const values = pairs.map(([, b]) => b), [low, high] = range(values);
    const counts = new Array(BINS).fill(0), width = (high - low) / BINS;
    values.forEach((v) => (counts[Math.min(BINS - 1, Math.floor((v - low) / width))] += 1));
    return columns(counts, counts.map((_, i) => short(low + i * width)), `number of rows by ${names[y]}`);
  }

  function columns(values, labels, title) {
    const chart = canvas(Math.min(0, ...values), Math.max(0, ...values), title);
    const step = (WIDTH - LEFT) / values.length;
    values.forEach((value, i) => {
      const top = Math.min(chart.up(value), chart.up(0));
      const box = { x: LEFT + i * step + step * 0.1, y: top, width: step * 0.8, fill: COLOUR };
      const mark = chart.add("rect", { ...box, height: Math.abs(chart.up(value) - chart.up(0)) });
      mark.append(chart.node("title", {}, `${labels[i]}: ${short(value)}`));
    });
    chart.ticks(labels.map((label, i) => [LEFT + (i + 0.5) * step, label]));
    return chart.svg;
  }

  function lines(pairs, x, y) {
    const isOrdered = isNumber[x];
    const kept = isOrdered ? pairs.filter(([a]) => a !== null).sort(([a], [b]) => a - b) : pairs;
    const { chart, places } = placed(kept, isOrdered, `${names[y]} over ${names[x]}`);
    const route = places.map(([a, b]) => `${a},${b}`).join(" ");
    chart.add("polyline", { points: route, fill: "none", stroke: COLOUR, "stroke-width": 2 });
    return chart.svg;
  }

  function points(pairs, x, y) {
    const kept = isNumber[x] ? pairs.filter(([a]) => a !== null) : pairs;
    const { chart, places } = placed(kept, isNumber[x], `${names[y]} by ${names[x]}`);
    places.forEach(([a, b]) => chart.add("circle", { cx: a, cy: b, r: 3, fill: COLOUR, "fill-opacity": 0.6 }));
    return chart.svg;
  }

  function placed(pairs, isScaled, title) {
    const chart = canvas(...range(pairs.map(([, b]) => b)), title);
    const kept = isScaled ? pairs.map(([a]) => a) : pairs.map((_, i) => i);
    const [low, high] = range(kept);
    const at = (v) => LEFT + 8 + ((v - low) / (high - low)) * (WIDTH - LEFT - 16);
    chart.ticks(isScaled ? steps(low, high).map((v) => [at(v), short(v)]) : pairs.map(([a], i) => [at(i), String(a)]));
    return { chart, places: pairs.map(([, b], i) => [at(kept[i]), chart.up(b)]) };
  }

  function canvas(low, high, title) {
    if (low === high) high = low + 1;
    const node = (kind, attributes, text) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
      Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
      if (text !== undefined) made.textContent = text;
      return made;
    };
    const svg = node("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title });
    svg.style.cssText = `width:100%;max-width:${WIDTH}px;color:inherit`;
    const add = (...parts) => svg.appendChild(node(...parts));
    const up = (v) => HEIGHT - BOTTOM - ((v - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
    const words = { fill: "currentColor", "font-size": 11 };
    steps(low, high).forEach((v) => {
      const line = { x1: LEFT, x2: WIDTH, y1: up(v), y2: up(v), stroke: "currentColor", "stroke-opacity": 0.15 };
      add("line", line);
      add("text", { ...words, x: LEFT - 6, y: up(v) + 4, "text-anchor": "end" }, short(v));
    });
    add("text", { ...words, x: (LEFT + WIDTH) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, title);
    const ticks = (all) => {
      const every = Math.ceil(all.length / 10);
      all.filter((_, i) => i % every === 0).forEach(([x, label]) => {
        const text = label.length > 12 ? `${label.slice(0, 11)}…` : label;
        add("text", { ...words, x, y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, text);
      });
    };
    return { svg, add, node, up, ticks };
  }

  function range(values) {
    const low = values.reduce((a, b) => Math.min(a, b), Infinity), high = values.reduce((a, b) => Math.max(a, b), -Infinity);
    if (low > high) return [0, 1];
    return low === high ? [low, low + 1] : [low, high];
  }

  function steps(low, high) {
    const rough = (high - low) / 5, unit = 10 ** Math.floor(Math.log10(rough));
    const size = [1, 2, 5, 10].map((n) => n * unit).find((n) => n >= rough);
    const first = Math.ceil(low / size - 1e-9), last = Math.floor(high / size + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * size);
  }

  function short(value) {
    return String(Number(value.toPrecision(6)));
  }
})("BY_ID", 100);
