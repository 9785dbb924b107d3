import { render } from "preact";
import type { PageData } from "../data.ts";
import { App } from "./app.tsx";
import { showTheme } from "./theme.tsx";

/** The embedded data: JSON, compressed, as base64. */
async function embedded(): Promise<PageData> {
	const text = document.getElementById("data")?.textContent ?? "";
	const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
	return (await new Response(stream).json()) as PageData;
}

showTheme();
const root = document.getElementById("page") as HTMLElement;
embedded().then(
	(data) => {
		root.replaceChildren();
		render(<App data={data} />, root);
	},
	(error: Error) => {
		root.textContent = `This report cannot be shown: ${error.message}`;
	},
);
