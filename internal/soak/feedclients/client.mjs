// @ts-check
// Follows a feed as a program in Node.js would, knowing nothing but the protocol,
// and comes back to where it was when the connection is lost:
//
//	node client.mjs ws://127.0.0.1:8080/ws            # WebSocket, by npm's ws
//	node client.mjs http://127.0.0.1:8080/events      # server-sent events, by fetch
//
// Each message is printed as it came, in a line. Lines that begin with # tell of
// connections. A key, if the feed asks for one, is taken from CALLSTACK_FEED_KEY;
// CALLSTACK_FEED_KEY_BY=subprotocol sends it as a browser does. It ends when its
// standard input does.

import { WebSocket } from "ws";

const url = new URL(process.argv[2] ?? "");
const key = process.env.CALLSTACK_FEED_KEY ?? "";
const asBrowser = process.env.CALLSTACK_FEED_KEY_BY === "subprotocol";
let last = ""; // id of the last message
let pause = 50; // ms before the next try
let ended = false;
let leave = () => {}; // ends the present connection

/** Takes a message, and remembers where it is. */
function take(/** @type {string} */ text) {
	const message = JSON.parse(text);
	if (typeof message.id !== "string") throw new Error("a message without id: " + text);
	last = message.id;
	pause = 50;
	console.log(text);
}

/** Follows by WebSocket until the connection ends. */
function webSocket() {
	return new Promise((resolve) => {
		const at = new URL(url);
		if (last) at.searchParams.set("since", last);
		const protocols = ["callstack.v1"];
		if (key && asBrowser) protocols.push("callstack.key." + Buffer.from(key).toString("base64url"));
		const socket = new WebSocket(at, protocols, { headers: bearer() });
		leave = () => socket.close(1000);
		socket.on("message", (data, binary) => {
			if (binary) throw new Error("a binary message");
			take(data.toString());
		});
		socket.on("open", () => console.log("# open", socket.protocol));
		socket.on("unexpected-response", (_, response) => {
			console.log("# refused", response.statusCode, response.headers["retry-after"] ?? "");
			socket.terminate();
			resolve(response.statusCode !== 401 && response.statusCode !== 403);
		});
		socket.on("error", (e) => console.log("# error", e.message));
		socket.on("close", (code) => {
			console.log("# closed", code);
			resolve(true);
		});
	});
}

/** Follows by server-sent events until the connection ends. */
async function serverSentEvents() {
	const stop = new AbortController();
	leave = () => stop.abort();
	const headers = { Accept: "text/event-stream", ...bearer(), ...(last && { "Last-Event-ID": last }) };
	try {
		const response = await fetch(url, { headers, signal: stop.signal });
		if (!response.ok || !response.body) {
			console.log("# refused", response.status, response.headers.get("retry-after") ?? "");
			return response.status !== 401 && response.status !== 403;
		}
		console.log("# open", response.headers.get("content-type"));
		let rest = "";
		for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
			const blocks = (rest + piece).replaceAll("\r\n", "\n").split("\n\n");
			rest = blocks.pop() ?? "";
			blocks.forEach(block);
		}
	} catch (e) {
		console.log("# error", String(e));
	}
	console.log("# closed");
	return true;
}

/** Takes a block of lines of the stream, which may be a comment or the time to retry. */
function block(/** @type {string} */ text) {
	const fields = text.split("\n").map((line) => /** @type {const} */ ([line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).replace(/^ /, "")]));
	const data = fields.filter(([name]) => name === "data").map(([, value]) => value);
	if (data.length === 0) return;
	const id = fields.findLast(([name]) => name === "id")?.[1];
	take(data.join("\n"));
	if (id !== undefined && id !== last) throw new Error(`the stream's id ${id} is not the message's`);
}

/** @returns {Record<string, string>} */
function bearer() {
	return key && !asBrowser ? { Authorization: "Bearer " + key } : {};
}

process.stdin.on("close", () => {
	ended = true;
	leave();
});
process.stdin.resume();

while (!ended) {
	const again = await (url.protocol.startsWith("ws") ? webSocket() : serverSentEvents());
	if (!again) process.exit(3);
	if (ended) break;
	await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
	pause = Math.min(1000, pause * 2);
}
process.exit(0);
