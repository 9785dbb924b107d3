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

/**
 * Where the caller of `below` stands. Lines are looked up when asked for: most never are, and it is slow. So an origin is
 * handed on whole, for to take `{ author }` from it is to ask.
 */
export function origin(below: unknown): Origin {
	return new Caller(stackAbove(below));
}

/** The author's line above `below`. */
export function capture(below: unknown): Location | undefined {
	return origin(below).author;
}

/** Whoever has compiled the code on the way, as test runners do, and says in stack traces where lines came from. */
const { prepareStackTrace: ambient } = Error;

class Caller implements Origin {
	#stack: Stack | undefined;
	#found: Origin | undefined;
	constructor(stack: Stack) {
		this.#stack = stack;
	}
	get library(): Location | undefined {
		return this.#look().library;
	}
	get author(): Location | undefined {
		return this.#look().author;
	}
	#look(): Origin {
		if (!this.#found) {
			const sites = withSites(() => this.#stack?.stack ?? []);
			const outside = (folder: string) => sites.find((site) => isCode(site) && !fileOf(site).startsWith(folder));
			const [library, author] = [outside(own), outside(pkg)];
			const place = library && placeOf(library);
			this.#found = { library: place, author: author && author !== library ? placeOf(author) : place };
			this.#stack = undefined;
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

/** A stack trace, which becomes a list of call sites when it is first looked at, which is slow. */
interface Stack {
	stack?: readonly NodeJS.CallSite[];
}

function stackAbove(below: unknown): Stack {
	const stack: Stack = {};
	withSites(() => Error.captureStackTrace(stack, below as () => void));
	return stack;
}

/** Does `work` while stack traces are lists of call sites. */
function withSites<T>(work: () => T): T {
	const { prepareStackTrace, stackTraceLimit } = Error;
	Error.stackTraceLimit = 12;
	Error.prepareStackTrace = (_, sites) => sites;
	try {
		return work();
	} finally {
		Error.prepareStackTrace = prepareStackTrace;
		Error.stackTraceLimit = stackTraceLimit;
	}
}
