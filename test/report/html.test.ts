// The HTML report in a real browser: read, walked through, themed, printed, and looked over for accessibility.
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { check, folder, models, root } from "../support/check.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
/** Pictures to look at, of the last run. */
const PICTURES = join(root, "node_modules", ".cache", "report");

const SCENARIOS = "v4/direct/full,v4/threaded-irq/none,v4/hardirq/*";
const path = folder({}, afterAll);
const report = join(path, "report.html");
const P4 = "#model=bio-task&scenario=v4/direct/full&property=P4";
const P8 = "#model=bio-task&scenario=v4/threaded-irq/none&property=P8";

let browser: Browser;
beforeAll(async () => {
	const { code } = await check(["models/bio-task.ts", "--scenario", SCENARIOS, "--format", "html", "--out", report]);
	expect(code).toBe(1);
	mkdirSync(PICTURES, { recursive: true });
	if (CHROMIUM) browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}, 120_000);
afterAll(() => browser?.close());

/** The report, opened at a place in it. Whatever the page complains about, or asks the network for, fails the test. */
async function open(hash = "", options: BrowserContextOptions = {}, file = report): Promise<Page> {
	const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
	const page = await context.newPage();
	const complaints: string[] = [];
	page.on("console", (message) => complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(error.message));
	page.on("request", (request) => {
		if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
	});
	onTestFinished(async () => {
		await context.close();
		expect(complaints).toEqual([]);
	});
	await page.goto(pathToFileURL(file).href + hash);
	await page.waitForSelector("h1");
	return page;
}

const picture = (page: Page, name: string) => page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
const heading = (page: Page) => page.locator("h1").textContent();
/** The step that is shown; the page is drawn a moment after a key. */
const now = (page: Page) => page.locator("output.count").textContent();
const marked = (page: Page) => page.locator("[aria-current=step]").getAttribute("id");

test("the page is one small file", () => {
	const html = readFileSync(report, "utf8");
	expect(statSync(report).size).toBeLessThan(300_000);
	expect(html).not.toMatch(/<link[^>]+stylesheet|<script[^>]+src=|<img|@import/);
	expect(html).toContain("<title>bio-task: verdicts</title>");
});

describe.skipIf(!CHROMIUM)("in Chromium (skipped where none is installed)", () => {
	test("of a gate, the mutants that were caught lead to what caught them", async () => {
		const gated = join(path, "gated.html");
		const { code } = await check(["models/bio-layers.ts", "--gate", "--format", "html", "--out", gated]);
		expect(code).toBe(0);
		const page = await open("", {}, gated);
		await page.getByText(/mutants? (was|were) caught/).click();
		const link = page.locator(".gate li a").first();
		const property = await link.textContent();
		await link.click();
		await page.getByRole("heading", { level: 1, name: new RegExp(`^${property}: `) }).waitFor();
		await picture(page, "mutant");
	});

	test("of an error in the model, the steps that lead there, and what was violated before", async () => {
		const failed = join(path, "failed.html");
		const { code } = await check([`${models}/over.ts`, "--format", "html", "--out", failed]);
		expect(code).toBe(3);
		const page = await open("", {}, failed);
		await page.getByRole("link", { name: "model error" }).click();
		expect(await page.locator(".gate").textContent()).toMatch(
			/the steps that lead there. Violated before: sure in 6 steps; with --max-depth 6 the search ends there.$/,
		);
		await picture(page, "failed");
	});

	test("of a cost that was asked for, a run that comes to the most", async () => {
		const costs = join(path, "costs.html");
		const args = ["--scenario", "v4/hardirq/none,v4/softirq/none", "--property", "P13"];
		const { code } = await check(["models/bio-task.ts", ...args, "--format", "html", "--out", costs]);
		expect(code).toBe(0);
		const page = await open("", {}, costs);
		expect(await page.locator(".tally").textContent()).toMatch(
			/^at most 2, 1 for each completion; dearest run of P13$/,
		);
		await page.locator(".tally").getByRole("link").click();
		await page.getByRole("heading", { level: 1, name: "P13: wake-ups of workers" }).waitFor();
		expect(await page.locator(".where").textContent()).toMatch(
			/^A run that comes to the most \(at most 2, 1 for each completion\) in v4\/hardirq\/none \(cpus=2, bios=2\); 18 steps; /,
		);
		// Each wake-up is by queueing the work.
		const [, dear = ""] = /^steps (.*) cost 1 each$/.exec((await page.locator(".why").textContent()) ?? "") ?? [];
		const steps = dear.split(", ");
		expect(steps).toHaveLength(2);
		for (const step of steps)
			expect(await page.locator(`#step-${step}`).textContent()).toContain("__queue_work(cpu, work)");
		await picture(page, "cost");
		await page.getByRole("link", { name: "v4/hardirq/none" }).click();
		await page.waitForSelector(".verdicts");
		expect(await page.locator(".verdict").textContent()).toBe("at most 2, 1 for each completion: a run of 18 steps");
		await picture(page, "figure");
	});

	test("the matrix leads to scenarios and counterexamples, and back", async () => {
		const page = await open();
		// Whether the user, the model or an error left it out is not known of a cell.
		expect(await page.locator(".matrix .none").first().textContent()).toBe("not explored");
		const cell = (row: string) => page.locator(".matrix tr", { has: page.getByRole("rowheader", { name: row }) });
		expect(await cell("hardirq").getByRole("link", { name: /holds/ }).count()).toBe(4);
		expect(await cell("hardirq").locator("a.chip").textContent()).toMatch(/^P15/);
		expect(await cell("direct").locator("a.chip").allInnerTexts()).toEqual(
			["P1", "P4", "P5k", "P9"].map((id) => expect.stringMatching(`^${id}\\b`)),
		);
		await cell("direct").locator("a.chip", { hasText: "P4" }).click();
		await page.waitForSelector(".race");
		expect(await heading(page)).toBe("P4: no list is stranded");
		await page.getByRole("link", { name: "v4/direct/full" }).click();
		await page.waitForSelector(".verdicts");
		expect(await heading(page)).toMatch(/v4\/direct\/full$/);
		for (const fact of [
			"(cpus=2, bios=2)",
			"sequential consistency",
			"every interleaving",
			"symmetry over bio0 and bio1",
			"47",
		])
			expect(await page.locator(".label").textContent()).toContain(fact);
		await page.goBack();
		await page.goBack();
		await page.waitForSelector(".matrix");
	});

	test("keys, slider and buttons walk through the steps; state and source stand beside", async () => {
		const page = await open(P4);
		await expect.poll(() => now(page)).toBe("8 / 8");
		await page.keyboard.press("Home");
		await expect.poll(() => now(page)).toBe("0 / 8");
		expect(await page.locator("[aria-current=step]").count()).toBe(0);
		for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
		await expect.poll(() => marked(page)).toBe("step-4");
		// bio_list_add(): the list of CPU 0 has a bio from now on.
		const state = page.locator(".state");
		expect(await state.locator("h2").textContent()).toBe("State after step 4");
		expect(await state.locator("td.changed").allInnerTexts()).toEqual(
			expect.arrayContaining(["none → bio0", "hw_done → queued"]),
		);
		// Values stand behind a statement as in the text report.
		expect(await page.locator("#step-3").textContent()).toMatch(/\(&bio_complete_batch\) \/\* batch = CPU0 \*\/$/);
		const card = page.locator(".card");
		expect(await card.locator("figcaption").textContent()).toMatch(/^models\/bio-task\.ts:\d+$/);
		expect(await card.locator("pre").textContent()).toContain("bio_list_add(&batch->list, bio)");

		await page.keyboard.press("ArrowLeft");
		await expect.poll(() => now(page)).toBe("3 / 8");
		expect(await state.locator("td.changed").count()).toBe(0);

		await page.getByRole("button", { name: /^Step 8,/ }).click();
		expect(await card.locator("figcaption").textContent()).toMatch(/^preempt\/linux\/workqueue\/workqueue\.ts:\d+$/);
		expect(await card.locator("pre").textContent()).toContain('"__queue_work(cpu, work)"');

		const slider = page.getByRole("slider", { name: "Step" });
		await slider.fill("6");
		await expect.poll(() => marked(page)).toBe("step-6");
		expect(await slider.getAttribute("aria-valuetext")).toBe("step 6 of 8, CPU 1, task0: cpu = smp_processor_id()");
		await slider.press("ArrowRight");
		await expect.poll(() => now(page)).toBe("7 / 8");

		await page.getByRole("button", { name: "One step back" }).click();
		await expect.poll(() => now(page)).toBe("6 / 8");
		await page.getByRole("button", { name: /^Step 2,/ }).click();
		await page.keyboard.press("ArrowDown");
		// The focus goes along.
		await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("step-3");
		expect(page.url()).toContain("step=3");
		await page.reload();
		await expect.poll(() => now(page)).toBe("3 / 8");
		await picture(page, "light");
	});

	test("each critical window says whose it is, and the lanes keep their names however long they are", async () => {
		const long = join(path, "windows.html");
		await check([`${models}/windows.ts`, "--set", "before=60", "--format", "html", "--out", long]);
		const hash = "#model=windows&scenario=default before=60&property=fresh";
		const page = await open(hash, { viewport: { width: 1000, height: 600 } }, long);
		const before = (step: number, part: "opens" | "closes") =>
			page.locator(`li:has(#step-${step})`).getAttribute(`data-${part}`);
		expect(await before(61, "opens")).toBe("critical for user from here");
		expect(await before(62, "opens")).toBe("critical for changer from here");
		expect(await before(63, "closes")).toBe("to here for user");

		for (const size of [
			{ width: 1400, height: 600 },
			{ width: 800, height: 600 },
		]) {
			await page.setViewportSize(size);
			await page.keyboard.press("End");
			expect(await marked(page)).toBe("step-63");
			const heads = page.locator(".heads");
			await expect.poll(async () => (await heads.boundingBox())?.y).toBeLessThan(100);
			// Nor does a step that is walked back to hide under them.
			for (let i = 0; i < 40; i++) await page.keyboard.press("k");
			await expect.poll(() => marked(page)).toBe("step-23");
			const [head, step] = [await heads.boundingBox(), await page.locator("#step-23").boundingBox()];
			expect(head?.y).toBeGreaterThan(0);
			expect(step?.y).toBeGreaterThan((head?.y ?? 0) + (head?.height ?? 0));
			await picture(page, `windows-${size.width}`);
		}
	});

	test("every state is the one before with what the step changed, up to the one that violates", async () => {
		const page = await open(P4);
		await page.keyboard.press("End");
		const row = (group: string, field: string) =>
			page
				.locator(".state table", { has: page.getByRole("columnheader", { name: group, exact: true }) })
				.locator("tr", { has: page.getByRole("rowheader", { name: field, exact: true }) })
				.locator("td")
				.allInnerTexts();
		expect(await row("batch", "list.head")).toEqual(["bio0"]);
		expect(await row("pool", "worklist")).toEqual(["[] → [batch[CPU0].work]"]);
		await page.getByLabel("also what never changes").check();
		expect(await row("batch", "list.head")).toEqual(["bio0", "none"]);
	});

	test("interrupts nest in their lane", async () => {
		const page = await open(P8);
		const bars = (step: number) =>
			page
				.locator(`#step-${step}`)
				.locator("xpath=ancestor::*[contains(@class,'lane')][1]")
				.locator(".bar.hardirq")
				.count();
		expect([await bars(1), await bars(3), await bars(4)]).toEqual([1, 1, 0]);
		await picture(page, "interrupt");
	});

	test("light and dark, as the system has it or as is chosen", async () => {
		const page = await open(P4, { colorScheme: "dark" });
		const ground = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
		const dark = await ground();
		await picture(page, "dark");
		await page.getByRole("button", { name: "Light" }).click();
		await expect.poll(ground).not.toBe(dark);
		const light = await ground();
		await page.reload();
		await expect.poll(ground).toBe(light);
	});

	const box = async (page: Page, selector: string) =>
		(await page.locator(selector).boundingBox()) as { y: number; height: number };

	test("in a narrow window the step and the state stay in view below the lanes", async () => {
		for (const width of [800, 400]) {
			const page = await open(P4, { viewport: { width, height: 700 } });
			await page.keyboard.press("Home");
			for (let step = 1; step <= 8; step++) {
				await page.keyboard.press("ArrowDown");
				await page.waitForFunction(`document.querySelector("[aria-current=step]")?.id === "step-${step}"`);
				const at = await box(page, `#step-${step}`);
				const card = await box(page, ".card");
				expect(at.y, `step ${step} is below the slider`).toBeGreaterThan(0);
				expect(at.y + at.height, `step ${step} is above its card`).toBeLessThanOrEqual(card.y);
				expect(card.y).toBeLessThan(600);
			}
			await picture(page, `sheet-${width}`);
		}
	});

	test("the names of the matrix's columns stay in view, of a table as wide as the window or wider", async () => {
		const top = async (page: Page) => (await box(page, ".matrix thead th >> nth=0")).y;
		const fitting = await open("", { viewport: { width: 1280, height: 320 } });
		expect(await top(fitting)).toBeGreaterThan(100);
		await fitting.evaluate("document.querySelector('.matrix tbody tr').scrollIntoView()");
		await expect.poll(() => top(fitting)).toBe(0);
		const wider = await open("", { viewport: { width: 420, height: 240 } });
		const frame = await box(wider, ".wide");
		expect(frame.height).toBeLessThan(240);
		await wider.evaluate("document.querySelector('.wide').scrollTop = 1000");
		await expect.poll(async () => (await top(wider)) - (await box(wider, ".wide")).y).toBe(0);
	});

	test("a narrow window has no sideways scrolling but in its tables and lanes", async () => {
		const page = await open(P4, { viewport: { width: 400, height: 800 } });
		const [inner, outer] = await page.evaluate<[number, number]>("[document.documentElement.scrollWidth, innerWidth]");
		expect(inner).toBeLessThanOrEqual(outer);
		await picture(page, "narrow");
	});

	test("on paper there are all steps with what they change, and no controls", async () => {
		const page = await open(P4, { colorScheme: "dark" });
		await page.emulateMedia({ media: "print" });
		expect(await page.locator(".stepper").isVisible()).toBe(false);
		expect(await page.locator(".paper > ol > li").count()).toBe(8);
		expect(await page.locator(".paper").textContent()).toContain("batch.CPU0.list.head none → bio0");
		const ink = await page.evaluate("getComputedStyle(document.body).color");
		expect(ink).toBe("rgb(31, 35, 40)");
		await picture(page, "print");
	});

	test.each(["light", "dark"] as const)("nothing that axe finds against accessibility, %s", async (colorScheme) => {
		const script = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
		for (const hash of ["", "#model=bio-task&scenario=v4/hardirq/rt", P4, P8]) {
			const page = await open(hash, { colorScheme });
			await page.evaluate(script);
			const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
			const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
			expect(found, hash).toEqual([]);
		}
	});
});
