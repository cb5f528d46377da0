// The pictures of README.md, from the starter catalogue: `node tests/browser/shots.mjs` writes them to
// docs/images. They are made small by pngquant (Debian: apt-get install pngquant) where it is there.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { ROOT, browser, serve } from "./lib.mjs";

const OUT = path.join(ROOT, "docs/images");
const SHOTS = [
  ["technique", "/techniques/T1204.001", {}],
  ["detection", "/techniques/T1204.001/detections/elastic", {}],
  ["matrix", "/matrix", { dark: true }],
];
const SIZE = { width: 1200, height: 760 };
const MOST = 150_000;

function small(file) {
  try {
    execFileSync("pngquant", ["--force", "--skip-if-larger", "--strip", "--ext", ".png", file], { stdio: "pipe" });
  } catch (error) {
    if (error.code === "ENOENT") console.log("pngquant is not installed: the pictures stay as they are");
    // 98 and 99: the picture was not made smaller and stays as it is.
    else if (![98, 99].includes(error.status)) throw error;
  }
  const bytes = statSync(file).size;
  console.log(`${path.relative(ROOT, file)} ${bytes} bytes`);
  if (bytes > MOST) process.exitCode = 1;
}

mkdirSync(OUT, { recursive: true });
const [chrome, server] = await Promise.all([browser(), serve()]);
try {
  for (const [name, address, { dark }] of SHOTS) {
    const context = await chrome.newContext({
      viewport: SIZE,
      colorScheme: dark ? "dark" : "light",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(server.root + address, { waitUntil: "load" });
    const file = path.join(OUT, `${name}.png`);
    await page.screenshot({ path: file });
    await context.close();
    small(file);
  }
} finally {
  await chrome.close();
  await server.stop();
}
