import { useLayoutEffect, useState } from "preact/hooks";

type Theme = "light" | "dark";
const KEPT = "preempt-theme";

/** Light or dark: as the system has it, until a choice is made here. */
export function ThemeButton() {
	const [theme, setTheme] = useState(kept() ?? systems());
	useLayoutEffect(() => show(theme), [theme]);
	const other: Theme = theme === "dark" ? "light" : "dark";
	const choose = () => {
		setTheme(other);
		keep(other);
	};
	return (
		<button type="button" class="theme" onClick={choose}>
			<span aria-hidden="true">{other === "dark" ? "☾" : "☀"}</span> {other === "dark" ? "Dark" : "Light"}
		</button>
	);
}

/** As soon as can be, so that a page in the dark does not begin with a flash. */
export const showTheme = (): void => show(kept() ?? systems());

function show(theme: Theme): void {
	document.documentElement.dataset.theme = theme;
}

const systems = (): Theme => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

// A page opened from a file may have no storage.
function kept(): Theme | undefined {
	try {
		const value = localStorage.getItem(KEPT);
		return value === "light" || value === "dark" ? value : undefined;
	} catch {
		return undefined;
	}
}

function keep(theme: Theme): void {
	try {
		localStorage.setItem(KEPT, theme);
	} catch {}
}
