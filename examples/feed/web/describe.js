// @ts-check
// What an event means, in a line for people. Events that are not known here, such
// as a host's own, are shown by their names and values.

/** @typedef {Record<string, any>} Data */

const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(1) + " s";
const words = (/** @type {unknown} */ s) => String(s).replaceAll("_", " ");
const hidden = (/** @type {number} */ length) => `(${length} characters, not shown)`;
const because = (/** @type {Data} */ d) => d.reason ? ": " + words(d.reason) : "";
const who = (/** @type {string | undefined} */ number) => number || "an unknown number";

/** @type {Record<string, (d: Data) => string>} */
const sentences = {
	"modem.state": (d) => `The modem is ${words(d.state)}${because(d)}`,
	"sim.state": (d) => `The SIM is ${words(d.state)}${because(d)}`,
	"signal.quality": (d) => d.known ? `Signal ${d.dbm} dBm, ${d.bars} of 5 bars` : "Signal not known",
	"network.registration": (d) => `Network: ${words(d.status)}${d.access ? ", " + d.access : ""}${d.voice ? "" : ", no calls"}`,
	"call.ring": (d) => `Ringing: ${who(d.number)}`,
	"call.caller_id": (d) => `The caller is ${who(d.number)}`,
	"call.dtmf": (d) => d.digit ? `Key ${d.digit} was pressed` : "A key was pressed",
	"call.no_audio": (d) => `Nothing is heard of the call, after ${seconds(d.after_ms)}`,
	"call.state": callState,
	"voicemail.saved": (d) => `Message of ${seconds(d.duration_ms)} from ${who(d.caller)} (${words(d.reason)})`,
	"voicemail.discarded": (d) => `No message from ${who(d.caller)}: ${words(d.reason)}`,
	"sms.received": (d) => `Message from ${who(d.sender)}: ${d.body ?? hidden(d.body_length)}${d.incomplete ? " (parts are missing)" : ""}`,
	"sms.sent": (d) => `Message to ${who(d.recipient)}: ${words(d.status)}`,
	"sms.delivery_report": (d) => `Message to ${who(d.recipient)}: ${words(d.status)}`,
	"sms.storage": (d) => `${d.used} of ${d.total} places for messages are taken (${d.memory})`,
	"ussd.response": (d) => `The network says: ${d.text ?? hidden(d.text_length)}`,
};

function callState(/** @type {Data} */ d) {
	const call = `${d.direction === "outgoing" ? "Call to" : "Call from"} ${who(d.number)}`;
	if (d.state !== "ended") return `${call}: ${words(d.state)}`;
	return `${call} ended: ${words(d.reason)}${d.talk_ms ? `, ${seconds(d.talk_ms)} of talk` : ""}`;
}

/** The event's data in a line. */
export function describe(/** @type {string} */ type, /** @type {unknown} */ data) {
	const d = /** @type {Data} */ (data ?? {});
	if (Object.hasOwn(sentences, type)) return sentences[type](d);
	return Object.entries(d).map(([k, v]) => `${words(k)}: ${typeof v === "string" ? v : JSON.stringify(v)}`).join(", ");
}

/** What is missing, if a message tells of a gap; "" otherwise. */
export function gap(/** @type {import("./feed.js").Message} */ m) {
	if (m.type === "hello" && m.recovered === false) return "What happened while the connection was lost could not be recovered";
	if (m.type !== "overflow") return "";
	const events = m.dropped === 1 ? "1 event is" : `${m.dropped} events are`;
	if (m.scope === "hub") return `${events} missing for everybody: the host was too busy`;
	const which = m.from_seq === m.to_seq ? `number ${m.from_seq}` : `${m.from_seq} to ${m.to_seq}`;
	return `${events} missing, ${which}: this page was too slow`;
}
