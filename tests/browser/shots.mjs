// The screenshots of README.md: `node tests/browser/shots.mjs`, over a catalogue named by
// TRIPLINE_FULL or the starter.

import { mkdirSync } from "node:fs";
import path from "node:path";
import { FULL, ROOT, SIZES, browser, serve } from "./lib.mjs";

const OUT = path.join(ROOT, "docs/screenshots");
const SHOTS = [
  ["technique", "/techniques/T1059.001", { size: "wide" }],
  ["matrix", "/matrix", { size: "wide", dark: true }],
  ["rule", undefined, { size: "wide" }],
];

mkdirSync(OUT, { recursive: true });
const [chrome, server] = await Promise.all([browser(), serve(FULL)]);
try {
  const guide = await (await fetch(`${server.root}/api/v1/techniques/T1059.001`)).json();
  const rule = guide.rules.find((row) => row.language === "eql") ?? guide.rules[0];
  for (const [name, address, { size, dark }] of SHOTS) {
    const context = await chrome.newContext({
      viewport: SIZES[size],
      colorScheme: dark ? "dark" : "light",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(server.root + (address ?? `/rules/${encodeURIComponent(rule.id)}`), { waitUntil: "load" });
    await page.screenshot({ path: path.join(OUT, `${name}.png`) });
    await context.close();
  }
} finally {
  await chrome.close();
  await server.stop();
}
