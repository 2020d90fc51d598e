// @ts-check
// The page: what the feed sends as a list, newest first. All text that comes from
// the feed is set as textContent, never as markup.

import { describe, gap } from "./describe.js";
import { Feed } from "./feed.js";

const longest = 500; // rows that are kept

/** The element of the page that has this id. */
function byId(/** @type {string} */ id) {
	return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** A new element with text and children. */
function element(/** @type {string} */ tag, /** @type {Record<string, string>} */ attributes = {}, /** @type {(string | Node)[]} */ ...children) {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
	e.append(...children); // strings become text
	return e;
}

const list = byId("events");
const counts = { count: 0, gaps: 0, resumed: 0 };
let paused = false;
/** @type {Node[]} */
let waiting = []; // rows that are not shown yet, the oldest first
let drawing = false;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 1, hourCycle: "h23" });

/** @typedef {import("./feed.js").Message} Message */

function eventRow(/** @type {Message} */ m) {
	const at = m.timestamp ?? "";
	const summary = element("summary", {},
		element("time", { datetime: at }, clock.format(new Date(at))),
		element("span", { class: "type" }, m.type),
		element("span", { class: "text" }, describe(m.type, m.data)),
		element("span", { class: "modem" }, m.modem ?? ""));
	const details = element("details", {}, summary);
	details.addEventListener("toggle", () => { // most are never opened
		if (details.childElementCount === 1) details.append(element("pre", {}, JSON.stringify(m, null, 2)));
	});
	return element("li", { "data-group": m.type.split(".")[0], "data-seq": String(m.seq) }, details);
}

function gapRow(/** @type {Message} */ m) {
	return element("li", { class: "gap" }, element("strong", {}, "Gap. "), gap(m));
}

/** Puts a row on the list soon, with what else comes until then. */
function add(/** @type {Node} */ row) {
	waiting.push(row);
	if (waiting.length > longest) waiting.shift();
	draw();
}

function draw() {
	if (paused) {
		byId("pause").textContent = waiting.length ? `Go on (${waiting.length} new)` : "Go on";
		return;
	}
	if (drawing) return;
	drawing = true;
	requestAnimationFrame(() => {
		drawing = false;
		if (paused) return draw();
		list.prepend(...waiting.reverse());
		waiting = [];
		while (list.childElementCount > longest) list.lastElementChild?.remove();
		show();
	});
}

/** Shows the counters. */
function show() {
	for (const [name, n] of Object.entries(counts)) byId(name).textContent = n.toLocaleString();
	byId("empty").hidden = list.childElementCount > 0;
}

function onMessage(/** @type {Message} */ m) {
	if (m.seq !== undefined) byId("position").textContent = String(m.seq);
	if (gap(m)) {
		counts.gaps++;
		add(gapRow(m));
	}
	if (m.type === "hello") {
		if (m.recovered) counts.resumed++;
		if (!choices.length) offer(m.events ?? [], m.selected_events ?? []);
		show();
	} else if (m.data !== undefined) {
		counts.count++;
		add(eventRow(m));
	}
}

function onState(/** @type {import("./feed.js").StateName} */ name, /** @type {string} */ text) {
	const state = byId("state");
	state.dataset.state = name;
	if (state.textContent !== text) state.textContent = text;
	byId("retry").hidden = name !== "waiting" && name !== "refused";
	if (name === "live" || name === "refused") /** @type {HTMLDetailsElement} */ (byId("credential")).open = name === "refused";
	byId("empty").textContent = name === "live" ? "Nothing has happened yet. Somebody calls the virtual modem soon." : "Nothing is here yet.";
}

const feed = new Feed(new URL("ws", document.baseURI), { onMessage, onState });

// The filter: a box for each event that the host has.

/** @type {HTMLInputElement[]} */
let choices = [];
let change = 0;

function offer(/** @type {string[]} */ names, /** @type {string[]} */ selected) {
	const labels = names.map((name) => {
		const box = /** @type {HTMLInputElement} */ (element("input", { type: "checkbox", value: name }));
		box.checked = selected.includes(name);
		choices.push(box);
		return element("label", { "data-group": name.split(".")[0] }, box, name);
	});
	byId("names").replaceChildren(...labels);
	byId("filter").hidden = false;
}

/** Follows what is chosen, once the choosing is over for a moment. */
function choose() {
	clearTimeout(change);
	change = setTimeout(() => {
		const chosen = choices.filter((box) => box.checked).map((box) => box.value);
		if (chosen.length === 0 && choices.length > 0) feed.stop("Nothing is chosen");
		else feed.select(chosen.length === choices.length ? null : chosen);
	}, 400);
}

function chooseAll(/** @type {boolean} */ yes) {
	for (const box of choices) box.checked = yes;
	choose();
}

byId("names").addEventListener("change", choose);
byId("all").addEventListener("click", () => chooseAll(true));
byId("none").addEventListener("click", () => chooseAll(false));
byId("retry").addEventListener("click", () => feed.start());
byId("pause").addEventListener("click", () => {
	paused = !paused;
	byId("pause").textContent = paused ? "Go on" : "Pause";
	draw();
});
byId("clear").addEventListener("click", () => {
	waiting = [];
	list.replaceChildren();
	show();
	draw();
});
byId("key-form").addEventListener("submit", (e) => {
	e.preventDefault();
	feed.use(/** @type {HTMLInputElement} */ (byId("key")).value.trim());
});
window.addEventListener("online", () => {
	if (feed.waiting) feed.start();
});

// On a narrow screen the list comes first, and the filter is folded.
if (matchMedia("(max-width: 60rem)").matches) byId("filter").removeAttribute("open");
feed.start();
