// A server to look at, a browser to look with, and what every page must satisfy.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** The root of the repository. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
/** The program under test. */
export const TRIPLINE =
  process.env.TRIPLINE ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target"), "release/tripline");
/** A catalogue of the full corpora; undefined when there is none. */
export const FULL = process.env.TRIPLINE_FULL && existsSync(process.env.TRIPLINE_FULL)
  ? process.env.TRIPLINE_FULL
  : undefined;

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Widths at which pages are looked at. */
export const SIZES = {
  wide: { width: 1280, height: 900 },
  phone: { width: 390, height: 780 },
};

/** Starts Chromium. */
export function browser() {
  return chromium.launch({ executablePath: CHROMIUM, args: QUIET });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts `tripline serve` over a catalogue, or over the starter; ends with `stop()`. */
export async function serve(catalog) {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const place = catalog ? ["--catalog", catalog] : [];
  const env = { ...process.env, TRIPLINE_CATALOG: "", HOME: "/nonexistent", XDG_DATA_HOME: "/nonexistent" };
  delete env.TRIPLINE_CATALOG;
  const child = spawn(TRIPLINE, ["serve", "--addr", address, ...place], { stdio: ["ignore", "pipe", "pipe"], env });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const root = `http://${address}`;
  for (let tries = 0; ; tries += 1) {
    if (child.exitCode !== null || tries > 300) throw new Error(`the server does not answer: ${said}`);
    const answer = await fetch(`${root}/`).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    root,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** A page that remembers what went wrong on it and what it asked for from elsewhere. */
export async function open(chrome, { size = "wide", dark = false, script = true, root = "file://" } = {}) {
  const context = await chrome.newContext({
    viewport: SIZES[size],
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: script,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(root) && !url.startsWith("data:")) wrong.push(`asks elsewhere: ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) wrong.push(`${response.status()}: ${response.url()}`);
  });
  return { page, wrong, close: () => context.close() };
}

/** What axe finds against WCAG 2.2 A and AA and its own good practice, one line each. */
export async function accessibility(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
      // It would fetch style sheets, which a page's own policy forbids, to look at rules for zooming.
      preload: false,
    }),
  );
  return found.violations.flatMap((rule) =>
    rule.nodes.slice(0, 3).map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\n")[1]?.trim()}`),
  );
}

/** What is wider than the window, which then scrolls sideways. */
export function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const clipped = (element) => {
      for (let at = element.parentElement; at; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== "visible") return true;
      }
      return false;
    };
    return [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > width + 1 && !clipped(element))
      .slice(0, 5)
      .map((element) => `${element.tagName} .${element.className?.baseVal ?? element.className} ${element.textContent.trim().slice(0, 40)}`);
  });
}

/** The headings: one of the first level, none that leaves a level out. */
export function headings(page) {
  return page.evaluate(() => {
    const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((one) => Number(one.tagName[1]));
    const wrong = [];
    if (levels.filter((level) => level === 1).length !== 1) wrong.push(`${levels.filter((level) => level === 1).length} h1`);
    return wrong;
  });
}
