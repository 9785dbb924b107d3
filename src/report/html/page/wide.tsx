import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** What may be wider than the page. Where it is not, it needs no box that scrolls: what is to stay in view stays in that of the page. */
export function Wide({ name, children }: { name: string; children: ComponentChildren }) {
	const box = useRef<HTMLElement>(null);
	const [fits, setFits] = useState(false);
	useLayoutEffect(() => {
		const element = box.current as HTMLElement;
		const observer = new ResizeObserver(() => setFits(element.scrollWidth <= element.clientWidth));
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	return (
		// What scrolls must have the focus to be scrolled by keyboard.
		<section ref={box} class={fits ? "wide fits" : "wide"} tabIndex={fits ? undefined : 0} aria-label={name}>
			{children}
		</section>
	);
}
