import type { ComponentChildren } from "preact";

/** What may be wider than the page; it is focusable, so that it can be scrolled by keyboard. */
export function Wide({ name, children }: { name: string; children: ComponentChildren }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: see above
		<section class="wide" tabIndex={0} aria-label={name}>
			{children}
		</section>
	);
}
