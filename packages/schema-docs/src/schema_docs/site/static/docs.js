// Search, theme and zoom; a page can be read and left without them.
"use strict";

const root = document.body.dataset.root;

function chooseTheme() {
  const button = document.querySelector(".theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const current = () =>
    document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  const show = () => { button.textContent = current() === "dark" ? "Light" : "Dark"; };
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    const theme = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try { localStorage.setItem("theme", theme); } catch { /* it holds for this page */ }
    show();
  });
}

// The objects whose name or text holds every word. Names that begin with the first word come first,
// and objects that only the text leads to come last.
function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (name) => {
    const last = name.slice(name.lastIndexOf(".") + 1);
    if (name === words[0] || last === words[0]) return 0;
    if (name.startsWith(words[0])) return 1;
    if (last.startsWith(words[0])) return 2;
    return words.some((word) => name.includes(word)) ? 3 : 4;
  };
  return window.searchIndex
    .filter(([kind, name, , text]) => {
      const all = `${kind} ${name} ${text}`.toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .map((entry, place) => [rank(entry[1].toLowerCase()), place, entry])
    .sort((one, other) => one[0] - other[0] || one[1] - other[1])
    .slice(0, 30)
    .map(([, , entry]) => entry);
}

function search() {
  const input = document.querySelector("#search");
  const list = document.querySelector("#results");
  let chosen = -1;
  document.querySelector(".search").hidden = false;

  const choose = (place) => {
    const items = list.querySelectorAll("[role=option]");
    items[chosen]?.setAttribute("aria-selected", "false");
    chosen = items.length ? (place + items.length) % items.length : -1;
    items[chosen]?.setAttribute("aria-selected", "true");
    items[chosen]?.scrollIntoView({ block: "nearest" });
    if (items[chosen]) input.setAttribute("aria-activedescendant", items[chosen].id);
  };
  const show = () => {
    const text = input.value.trim();
    const found = text ? find(text) : [];
    list.replaceChildren(...found.map(([kind, name, url], place) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const label = document.createElement("span");
      item.id = `result-${place}`;
      item.setAttribute("role", "option");
      link.href = root + url;
      link.tabIndex = -1;
      label.className = "quiet";
      label.textContent = kind;
      link.append(name, label);
      item.append(link);
      return item;
    }));
    if (text && !found.length) {
      const item = document.createElement("li");
      item.className = "none";
      item.textContent = "Nothing is called or described so.";
      list.append(item);
    }
    list.hidden = !text;
    input.setAttribute("aria-expanded", String(!list.hidden));
    chosen = -1;
    choose(0);
  };
  const hide = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };

  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") list.querySelectorAll("[role=option] a")[chosen]?.click();
    else if (event.key === "Escape") { input.value = ""; hide(); input.blur(); }
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) hide(); });
  list.addEventListener("click", hide);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
  window.addEventListener("message", ({ data, source }) => {
    if (data === "search" && source === document.querySelector(".nav").contentWindow) input.focus();
  });
}

function zoom(figure) {
  const canvas = figure.querySelector(".canvas");
  const svg = canvas.querySelector("svg");
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const smallest = 0.25;
  const largest = 3;
  let scale = 1;

  const set = (wanted, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    const next = Math.min(largest, Math.max(smallest, wanted));
    const left = ((canvas.scrollLeft + x) / scale) * next - x;
    const top = ((canvas.scrollTop + y) / scale) * next - y;
    scale = next;
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
    canvas.scrollTo({ left, top, behavior: "instant" });
  };
  const fit = () => set(Math.min(1, canvas.clientWidth / width));
  const bar = document.createElement("div");
  bar.className = "zoom";
  const actions = [
    ["−", "Smaller", () => set(scale / 1.25)],
    ["+", "Larger", () => set(scale * 1.25)],
    ["Fit", "Fit the width", fit],
  ];
  for (const [text, title, action] of actions) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.title = title;
    button.setAttribute("aria-label", title);
    button.addEventListener("click", action);
    bar.append(button);
  }
  figure.append(bar); // beside the caption, so that it covers nothing

  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    set(scale * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") set(scale * 1.25);
    else if (event.key === "-") set(scale / 1.25);
    else if (event.key === "0") fit();
  });
  drag(canvas);
  // A phone is too narrow to read a whole picture, so there it scrolls.
  if (canvas.clientWidth > 600) set(Math.max(0.6, Math.min(1, canvas.clientWidth / width)));
  const subject = svg.querySelector(".subject")?.getBoundingClientRect();
  if (subject) {
    const box = canvas.getBoundingClientRect();
    const left = subject.left - box.left - (box.width - subject.width) / 2;
    const top = subject.top - box.top - (box.height - subject.height) / 2;
    canvas.scrollTo({ left, top, behavior: "instant" });
  }
}

function drag(canvas) {
  let from = null;
  let moved = false;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    from = [event.clientX + canvas.scrollLeft, event.clientY + canvas.scrollTop];
    moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!from) return;
    const left = from[0] - event.clientX;
    const top = from[1] - event.clientY;
    moved ||= Math.hypot(left - canvas.scrollLeft, top - canvas.scrollTop) > 4;
    if (!moved) return;
    canvas.classList.add("dragged");
    canvas.scrollTo({ left, top, behavior: "instant" });
  });
  window.addEventListener("pointerup", () => { from = null; canvas.classList.remove("dragged"); });
  canvas.addEventListener("dragstart", (event) => event.preventDefault());
  canvas.addEventListener("click", (event) => { if (moved) event.preventDefault(); }, true);
}

// A printed page has everything unfolded.
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("main details")) details.open = true;
});

chooseTheme();
search();
document.querySelectorAll(".picture").forEach(zoom);
