// @ts-check
// Opens a page in headless Chromium by the DevTools protocol, and tells what
// happens in it:
//
//	node page.mjs http://127.0.0.1:8080/ /usr/bin/chromium
//
// It prints a JSON object a line: {"kind": "console" | "log" | "violation" |
// "exception" | "failed", "text"} for what goes wrong, {"kind": "message",
// "message"} for what comes by the page's WebSocket, {"kind": "ready"} when the page
// is there. It takes commands, a JSON object a line, on its standard input, answers
// each with {"kind": "done", "value"}, and ends with its input:
//
//	{"do": "evaluate", "code": "document.title"}
//	{"do": "names"} // role and accessible name of each control, "button: Pause"
//	{"do": "shot", "file": "/tmp/narrow.png", "width": 390, "height": 844, "dark": true}

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as after } from "node:timers/promises";
import { WebSocket } from "ws";

const [page, chromium] = process.argv.slice(2);

const print = (/** @type {Record<string, unknown>} */ o) => process.stdout.write(JSON.stringify(o) + "\n");

const profile = await mkdtemp(join(tmpdir(), "feed-chromium-"));
const browser = spawn(chromium, [
	"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
	"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1280,800",
	"--user-data-dir=" + profile, "--remote-debugging-port=0", "about:blank",
], { stdio: "ignore" });
browser.on("error", (e) => {
	console.error(e.message);
	process.exit(1);
});
const gone = new Promise((resolve) => browser.on("exit", resolve));

/** The port and path of the browser's DevTools, which it leaves in a file. */
async function devtools() {
	for (let tries = 0; tries < 600; tries++) {
		const [port, path] = (await readFile(join(profile, "DevToolsActivePort"), "utf8").catch(() => "")).split("\n");
		if (path) return `ws://127.0.0.1:${port}${path}`;
		await after(50);
	}
	throw new Error("chromium does not start");
}

const socket = new WebSocket(await devtools(), { perMessageDeflate: false });
await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));

let calls = 0;
let session = "";
/** @type {Map<number, {resolve: (v: any) => void, reject: (e: Error) => void}>} */
const pending = new Map();

/** Calls a method of the protocol. */
function call(/** @type {string} */ method, /** @type {Record<string, unknown>} */ params = {}) {
	const id = ++calls;
	socket.send(JSON.stringify({ id, method, params, ...(session && { sessionId: session }) }));
	return new Promise((resolve, reject) => pending.set(id, { resolve, reject }));
}

/** @type {Record<string, (p: any) => void>} */
const handlers = {
	"Runtime.consoleAPICalled": (p) => {
		const text = p.args.map((/** @type {any} */ a) => a.value ?? a.description).join(" ");
		if (text.startsWith("violation: ")) print({ kind: "violation", text });
		else if (p.type === "error" || p.type === "warning" || p.type === "assert") print({ kind: "console", text });
	},
	"Runtime.exceptionThrown": (p) => print({ kind: "exception", text: p.exceptionDetails.exception?.description ?? p.exceptionDetails.text }),
	"Log.entryAdded": (p) => print({ kind: "log", text: `${p.entry.level}: ${p.entry.source}: ${p.entry.text}` }),
	"Audits.issueAdded": (p) => print({ kind: "violation", text: JSON.stringify(p.issue) }),
	"Network.loadingFailed": (p) => p.canceled || print({ kind: "failed", text: `${p.type}: ${p.errorText}` }),
	"Network.webSocketFrameReceived": (p) => print({ kind: "message", message: JSON.parse(p.response.payloadData) }),
};

let loaded = () => {};
const load = new Promise((resolve) => loaded = () => resolve(undefined));
handlers["Page.loadEventFired"] = () => loaded();

socket.on("message", (data) => {
	const m = JSON.parse(data.toString());
	if (m.id === undefined) {
		handlers[m.method]?.(m.params);
		return;
	}
	const waiting = pending.get(m.id);
	pending.delete(m.id);
	if (m.error) waiting?.reject(new Error(m.error.message));
	else waiting?.resolve(m.result);
});

const { targetId } = await call("Target.createTarget", { url: "about:blank" });
session = (await call("Target.attachToTarget", { targetId, flatten: true })).sessionId;
for (const domain of ["Page", "Runtime", "Log", "Network", "Audits"]) await call(domain + ".enable");
await call("Page.addScriptToEvaluateOnNewDocument", {
	source: "addEventListener('securitypolicyviolation', e => console.error('violation: ' + e.violatedDirective + ' ' + e.blockedURI))",
});
await call("Page.navigate", { url: page });
await load;
print({ kind: "ready" });

/** @type {Record<string, (c: any) => Promise<unknown>>} */
const commands = {
	async evaluate(c) {
		const r = await call("Runtime.evaluate", { expression: c.code, returnByValue: true, awaitPromise: true });
		if (r.exceptionDetails) throw new Error(r.exceptionDetails.exception?.description ?? r.exceptionDetails.text);
		return r.result.value;
	},
	async names() {
		const controls = ["button", "checkbox", "textbox", "DisclosureTriangle", "link"];
		const { nodes } = await call("Accessibility.getFullAXTree");
		return nodes.filter((/** @type {any} */ n) => !n.ignored && controls.includes(n.role.value))
			.map((/** @type {any} */ n) => `${n.role.value}: ${n.name?.value ?? ""}`);
	},
	async shot(c) {
		await call("Emulation.setDeviceMetricsOverride", { width: c.width, height: c.height, deviceScaleFactor: 1, mobile: c.width < 600 });
		await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: c.dark ? "dark" : "light" }] });
		await after(800); // until what moves has come to rest
		const { data } = await call("Page.captureScreenshot", { format: "png" });
		await writeFile(c.file, Buffer.from(data, "base64"));
		const width = await commands.evaluate({ code: "document.documentElement.scrollWidth" });
		await call("Emulation.clearDeviceMetricsOverride");
		return width;
	},
};

for await (const line of createInterface({ input: process.stdin })) {
	const c = JSON.parse(line);
	print(await commands[c.do](c).then((value) => ({ kind: "done", value }), (e) => ({ kind: "done", error: e.message })));
}
session = "";
await Promise.race([call("Browser.close").catch(() => {}), gone, after(5000)]);
await Promise.race([gone, after(5000).then(() => browser.kill("SIGKILL"))]);
await rm(profile, { recursive: true, force: true, maxRetries: 5 });
process.exit(0);
