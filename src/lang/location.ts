/** A position in the code as it runs; `src/trace` maps it back to the author's TypeScript. */
export interface Location {
	readonly file: string;
	readonly line: number;
	readonly column: number;
}

/** The innermost caller outside this folder, and the innermost outside the package: the author's own line. */
export interface Origin {
	readonly library: Location | undefined;
	readonly author: Location | undefined;
}

const plain = (file: string) => (file.startsWith("file://") ? decodeURI(file.slice("file://".length)) : file);
const here = plain(import.meta.url);
const language = here.slice(0, here.lastIndexOf("/") + 1);
// Built, the language is one file beside those of the other layers; unbuilt, it is a folder.
const built = here.endsWith(".js");
const own = built ? here : language;
const pkg = built ? language : language.slice(0, -"lang/".length);

/** Where `below`'s caller stands. Lines are looked up when asked for: most never are, and it is slow. */
export function origin(below: unknown): Origin {
	return new Caller(sitesAbove(below));
}

/** The author's line above `below`. */
export function capture(below: unknown): Location | undefined {
	return origin(below).author;
}

/** Whoever has compiled the code on the way, as test runners do, and says in stack traces where lines came from. */
const { prepareStackTrace: ambient } = Error;

class Caller implements Origin {
	#sites: readonly NodeJS.CallSite[];
	#found: Origin | undefined;
	constructor(sites: readonly NodeJS.CallSite[]) {
		this.#sites = sites;
	}
	get library(): Location | undefined {
		return this.#look().library;
	}
	get author(): Location | undefined {
		return this.#look().author;
	}
	#look(): Origin {
		if (!this.#found) {
			const outside = (folder: string) => this.#sites.find((site) => isCode(site) && !fileOf(site).startsWith(folder));
			const [library, author] = [outside(own), outside(pkg)];
			const place = library && placeOf(library);
			this.#found = { library: place, author: author && author !== library ? placeOf(author) : place };
			this.#sites = [];
		}
		return this.#found;
	}
}

const fileOf = (site: NodeJS.CallSite): string => plain(site.getFileName() ?? "");

function isCode(site: NodeJS.CallSite): boolean {
	const file = site.getFileName();
	return !!file && !file.startsWith("node:");
}

/** Of one call site alone: to look up a line is slow. */
function placeOf(site: NodeJS.CallSite): Location {
	const file = fileOf(site);
	const told = ambient && /:(\d+):(\d+)\)?$/.exec(String(ambient(new Error(), [site])).trimEnd());
	if (told) return { file, line: Number(told[1]), column: Number(told[2]) };
	return { file, line: site.getLineNumber() ?? 0, column: site.getColumnNumber() ?? 0 };
}

function sitesAbove(below: unknown): readonly NodeJS.CallSite[] {
	const prepare = Error.prepareStackTrace;
	const limit = Error.stackTraceLimit;
	Error.stackTraceLimit = 12;
	Error.prepareStackTrace = (_, sites) => sites;
	const holder: { stack?: NodeJS.CallSite[] } = {};
	Error.captureStackTrace(holder, below as () => void);
	const sites = holder.stack ?? [];
	Error.prepareStackTrace = prepare;
	Error.stackTraceLimit = limit;
	return sites;
}
