// A thread that helps the main thread with one search.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Bus } from "../../explore/threads/bus.ts";
import { Channel } from "../../explore/threads/channel.ts";
import { type Invitation, join, likenessOf } from "../../explore/threads/join.ts";
import { compile, type Machine } from "../../machine/index.ts";
import { instantiate, modelsOf } from "../load/instantiate.ts";
import type { Orders, Ready } from "./orders.ts";
import { systemFor } from "./system.ts";

/** Milliseconds between looks at whether a step never ends. */
const SLICE = 100;

const port = parentPort as MessagePort;
const { bundle, index, scenario, reductions, compilation, channel: name } = workerData as Orders;
const channel = new Channel(name);

/** None where the model cannot be built, which the main thread could: then it searches without this one. */
async function machine(): Promise<Machine | undefined> {
	try {
		const model = modelsOf(await instantiate(bundle))[index];
		return model && compile(systemFor({ model, scenario, reductions }), compilation);
	} catch {
		return undefined;
	}
}

const own = await machine();
if (own) {
	port.once("message", (invitation: Invitation) => {
		const explorer = join(own, invitation, new Bus(channel));
		while (explorer.slice(SLICE));
		channel.close();
	});
	const ready: Ready = { likeness: likenessOf(own) };
	port.postMessage(ready);
} else channel.close();
