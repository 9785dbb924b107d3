import { useEffect, useState } from "preact/hooks";

/** What the page shows, kept in its address so that a view can be linked to and gone back from. */
export interface Place {
	readonly model: string | undefined;
	readonly scenario: string | undefined;
	/** Empty for the way to a model error. */
	readonly property: string | undefined;
	readonly step: number | undefined;
}

function placeIn(hash: string): Place {
	const given = new URLSearchParams(hash.replace(/^#/, ""));
	const step = given.get("step");
	return {
		model: given.get("model") ?? undefined,
		scenario: given.get("scenario") ?? undefined,
		property: given.get("property") ?? undefined,
		step: step === null ? undefined : Number(step),
	};
}

export function linkTo(place: Partial<Place>): string {
	const given = Object.entries(place).filter(([, value]) => value !== undefined);
	const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
	// Slashes need no escape here, and scenarios are full of them.
	return `#${text.replaceAll("%2F", "/")}`;
}

export function usePlace(): Place {
	const [hash, setHash] = useState(location.hash);
	useEffect(() => {
		const changed = () => setHash(location.hash);
		addEventListener("hashchange", changed);
		return () => removeEventListener("hashchange", changed);
	}, []);
	return placeIn(hash);
}
