import type { ComponentChildren } from "preact";

/** What may be wider than the page. */
export function Wide({ name, children }: { name: string; children: ComponentChildren }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must have the focus to be scrolled by keyboard
		<section class="wide" tabIndex={0} aria-label={name}>
			{children}
		</section>
	);
}
