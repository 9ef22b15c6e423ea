// The board on which somebody writes: a finger, a pen or a mouse leaves strokes, and a field of the form takes them. It asks nobody
// anything; without it, or without writing, the form signs all the same.

const SCALE = 4; // Points of a sample to one of the page.
const NEAR = 2; // Points of the page between two that are kept, at least.
const POINTS = 3000; // As many as a sample may have, and some to spare.
const STROKES = 100;
const PAUSE = 1000; // Milliseconds: a longer rest counts as one of these.
const LONGEST = 120000;

const form = document.querySelector("#sign");
const board = document.querySelector("#board");

/** One character of text for each octet of these strokes, as the service reads them. */
function written(strokes, { width, height }) {
  const line = (stroke) => stroke.map((point) => point.join(",")).join(" ");
  return `yinxin strokes 1 ${width} ${height}\n${strokes.map((stroke) => `${line(stroke)}\n`).join("")}`;
}

function begin() {
  const canvas = board.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const [undo, clear, sign, count] = ["undo", "clear", "written", "count"].map((id) => document.getElementById(id));
  const strokes = [];
  let size = null; // Of the board when it was first written on: later ones are drawn to it.
  let current = null;
  let clock = 0;
  let last = 0;

  const limit = (value, most) => Math.max(0, Math.min(most, Math.round(value)));

  /** The board as large as the page has it, sharp on every screen. */
  function fit() {
    const box = canvas.getBoundingClientRect();
    const dense = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * dense);
    canvas.height = Math.round(box.height * dense);
    draw();
  }

  function draw() {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (size === null) return;
    const scale = canvas.width / size.width;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = getComputedStyle(canvas).color;
    for (const stroke of strokes) {
      pen.lineWidth = SCALE * (2 + (2 * stroke[Math.floor(stroke.length / 2)][3]) / 1000);
      pen.beginPath();
      pen.moveTo(stroke[0][0], stroke[0][1]);
      for (const [x, y] of stroke) pen.lineTo(x, y);
      if (stroke.length === 1) pen.lineTo(stroke[0][0] + 1, stroke[0][1]);
      pen.stroke();
    }
  }

  const points = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);

  /** The field, the buttons and the words follow what is written. */
  function follow() {
    const some = points() >= 8;
    form.elements.strokes.value = some ? written(strokes, size) : "";
    sign.disabled = !some;
    undo.disabled = clear.disabled = strokes.length === 0;
    const full = points() >= POINTS || strokes.length >= STROKES;
    count.textContent = full ? count.dataset.full : `${count.dataset.of} ${strokes.length}`;
  }

  function take(event) {
    if (points() >= POINTS) return;
    const box = canvas.getBoundingClientRect();
    const x = limit(((event.clientX - box.left) / box.width) * size.width, size.width);
    const y = limit(((event.clientY - box.top) / box.height) * size.height, size.height);
    const before = current.at(-1);
    if (before && Math.hypot(x - before[0], y - before[1]) < NEAR * SCALE) return;
    clock = limit(clock + Math.min(PAUSE, Math.max(0, event.timeStamp - last)), LONGEST);
    last = event.timeStamp;
    // A mouse and most fingers tell no pressure of their own: 0.5 or 0, which is not known.
    const pressure = event.pointerType === "pen" ? limit(event.pressure * 1000, 1000) : 0;
    current.push([x, y, clock, pressure]);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0 || current !== null || strokes.length >= STROKES) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const box = canvas.getBoundingClientRect();
    size ??= { width: Math.round(box.width * SCALE), height: Math.round(box.height * SCALE) };
    if (strokes.length === 0) [clock, last] = [0, event.timeStamp];
    current = [];
    take(event);
    if (current.length === 0) current = null;
    else strokes.push(current);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (current === null || !event.isPrimary) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) take(one);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (current === null || !event.isPrimary) return;
      current = null;
      follow();
    });
  }
  undo.addEventListener("click", () => {
    strokes.pop();
    if (strokes.length === 0) size = null;
    draw();
    follow();
  });
  clear.addEventListener("click", () => {
    strokes.length = 0;
    size = null;
    draw();
    follow();
  });
  board.hidden = false;
  new ResizeObserver(fit).observe(canvas);
  follow();
}

/** What was pressed once is not pressed again while the service signs. */
form.addEventListener("submit", () => {
  // The button that was pressed is sent along: it is closed after the form is.
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
});
// A page that the browser brings back from its memory is as it was sent: closed.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

if (board) begin();
