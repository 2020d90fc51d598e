// @ts-check
// The feed's protocol, version 1, as a browser speaks it: it follows the feed by
// WebSocket, and comes back by itself to where it was.

/**
 * @typedef {{type: string, id?: string, seq?: number, timestamp?: string, modem?: string,
 *   data?: Record<string, unknown>, events?: string[], selected_events?: string[],
 *   recovered?: boolean, dropped?: number, from_seq?: number, to_seq?: number, scope?: string}} Message
 * @typedef {"connecting" | "live" | "waiting" | "refused" | "stopped"} StateName
 * @typedef {{onMessage: (m: Message) => void, onState: (name: StateName, text: string) => void}} Handlers
 */

const subprotocol = "callstack.v1";
const keySubprotocol = "callstack.key.";

const firstDelay = 500; // ms before the second try; each further one takes twice as long
const longestDelay = 30_000;
const settled = 10_000; // a connection that lasted so long begins the delays anew
const silence = 90_000; // three heartbeats: longer than that, the far side is gone

/** Bytes of text in base64url without padding, as a subprotocol may hold them. */
export function base64url(/** @type {string} */ text) {
	const bytes = String.fromCharCode(...new TextEncoder().encode(text));
	return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** How long to wait before the nth try again, by chance within half of it. */
export function delay(/** @type {number} */ n, random = Math.random) {
	return Math.min(longestDelay, firstDelay * 2 ** n) * (0.5 + random() / 2);
}

export class Feed {
	#url;
	#handlers;
	/** @type {WebSocket | null} */ #socket = null;
	/** @type {string[] | null} */ #events = null; // null: all
	#key = "";
	#last = ""; // id of the last message: where to resume
	#tries = 0;
	#opened = 0; // when hello came, 0 before it
	#heard = 0;
	/** @type {number | undefined} */ #timer;

	/** A feed at the address of the host's WebSocket; it does nothing before start. */
	constructor(/** @type {URL} */ url, /** @type {Handlers} */ handlers) {
		this.#url = url;
		this.#handlers = handlers;
		setInterval(() => this.#listen(), 5000);
	}

	/** Connects now, also where a try is due later or the connection stands. */
	start() {
		this.#drop();
		this.#handlers.onState("connecting", "Connecting");
		const protocols = [subprotocol];
		if (this.#key) protocols.push(keySubprotocol + base64url(this.#key));
		const socket = new WebSocket(this.#address("ws"), protocols);
		this.#socket = socket;
		socket.onmessage = (e) => this.#take(JSON.parse(e.data));
		socket.onclose = (e) => this.#closed(e);
	}

	/** Ends the connection and tries no more, until start. */
	stop(text = "Stopped") {
		this.#drop();
		this.#handlers.onState("stopped", text);
	}

	/** Follows these events only, or all, from where it is. */
	select(/** @type {string[] | null} */ events) {
		this.#events = events;
		this.start();
	}

	/** Uses another key from now on; "" for none. */
	use(/** @type {string} */ key) {
		if (!/^[!-~]{0,512}$/.test(key)) return this.stop("A key has no spaces, and plain letters, digits and signs only");
		this.#key = key;
		this.#tries = 0;
		this.start();
	}

	/** Whether a try is due later. */
	get waiting() {
		return this.#timer !== undefined;
	}

	#address(/** @type {"ws" | "http"} */ scheme) {
		const url = new URL(this.#url);
		url.protocol = url.protocol.replace("http", scheme);
		if (this.#events) url.searchParams.set("events", this.#events.join(","));
		if (this.#last) url.searchParams.set("since", this.#last);
		return url;
	}

	/** Leaves a connection to itself, without waiting for the far side. */
	#drop() {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#opened = 0;
		if (!this.#socket) return;
		this.#socket.onmessage = this.#socket.onclose = null;
		this.#socket.close(1000);
		this.#socket = null;
	}

	#take(/** @type {Message} */ m) {
		this.#heard = performance.now();
		if (m.id) this.#last = m.id;
		if (m.type === "hello") {
			this.#opened = this.#heard;
			this.#handlers.onState("live", "Live");
		}
		this.#handlers.onMessage(m);
	}

	/** Begins anew where nothing was heard for too long: a link can be dead and not closed. */
	#listen() {
		if (this.#opened && performance.now() - this.#heard > silence) {
			this.#drop();
			this.#again("The feed fell silent");
		}
	}

	async #closed(/** @type {CloseEvent} */ e) {
		const opened = this.#opened;
		this.#drop();
		if (opened && performance.now() - opened > settled) this.#tries = 0;
		if (e.code === 1008) {
			this.#handlers.onState("refused", "The feed closed the connection: " + (e.reason || "a rule was broken"));
			return;
		}
		if (opened) return this.#again(e.code === 1001 ? "The host shut down or lost the line" : "Connection lost");
		await this.#refusal();
	}

	/** Finds out why there was no hello: a WebSocket does not tell, a plain request does. */
	async #refusal() {
		const began = this.#timer = setTimeout(() => {}, 0); // a start in the meantime clears it
		let answer = null, said = "";
		try {
			const headers = this.#key ? { Authorization: "Bearer " + this.#key } : undefined;
			answer = await fetch(this.#address("http"), { headers, cache: "no-store", signal: AbortSignal.timeout(5000) });
			said = (await answer.json()).error;
		} catch {
			// not there, or not the feed's answer: try again
		}
		if (this.#timer !== began) return;
		this.#timer = undefined;
		const because = said ? ": " + said.replace(/^realtime: /, "") : "";
		if (answer?.status === 401) return this.#handlers.onState("refused", this.#key ? "This key is not accepted" : "The feed wants a key");
		if (answer && [400, 403, 404].includes(answer.status)) return this.#handlers.onState("refused", `Refused (${answer.status})${because}`);
		const wait = Number(answer?.headers.get("Retry-After")) || 0;
		this.#again(answer && answer.status >= 429 ? "Not now" + because : "The host does not answer", wait * 1000);
	}

	#again(/** @type {string} */ why, least = 0) {
		const ms = Math.max(least, delay(this.#tries++));
		this.#handlers.onState("waiting", `${why}. Trying again in ${Math.ceil(ms / 1000)} s`);
		this.#timer = setTimeout(() => this.start(), ms);
	}
}
