import { useState } from "preact/hooks";

/** The command that shows the same again, to be copied. */
export function Command({ text }: { text: string }) {
	const [copied, setCopied] = useState(false);
	const copy = () => {
		// From a file there may be no clipboard: the text is there to be selected all the same.
		navigator.clipboard?.writeText(text).then(
			() => setCopied(true),
			() => {},
		);
	};
	return (
		<p class="command">
			<span>Again:</span> <code>{text}</code>{" "}
			<button type="button" onClick={copy}>
				{copied ? "Copied" : "Copy"}
			</button>
		</p>
	);
}
