// What a person does with the site: keys, search, filters, themes; and the same without a script.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessibility, browser, open, overflow, serve } from "./lib.mjs";

describe("use", () => {
  let chrome;
  let server;
  before(async () => {
    [chrome, server] = await Promise.all([browser(), serve()]);
  });
  after(async () => {
    await chrome?.close();
    await server?.stop();
  });

  async function at(path, options = {}) {
    const tab = await open(chrome, { root: server.root, ...options });
    await tab.page.goto(server.root + path, { waitUntil: "load" });
    return tab;
  }

  const focused = (page) => page.evaluate(() => document.activeElement?.id ?? "");

  test("/ goes to the search, Escape leaves it", async () => {
    const { page, wrong, close } = await at("/techniques/T1059");
    await page.keyboard.press("/");
    assert.equal(await focused(page), "q");
    await page.keyboard.press("Escape");
    assert.notEqual(await focused(page), "q");
    assert.deepEqual(wrong, []);
    await close();
  });

  test("j and k move along the rows, Enter follows", async () => {
    const { page, close } = await at("/techniques");
    const cursor = () => page.evaluate(() => [...document.querySelectorAll("main tbody tr")].findIndex((row) => row.matches(".cursor")));
    await page.keyboard.press("j");
    const first = await cursor();
    await page.keyboard.press("j");
    assert.equal(await cursor(), first + 1);
    await page.keyboard.press("k");
    assert.equal(await cursor(), first);
    await Promise.all([page.waitForURL(/\/techniques\/T/), page.keyboard.press("Enter")]);
    await close();
  });

  test("? shows the keys and Escape hides them", async () => {
    const { page, close } = await at("/");
    await page.keyboard.press("?");
    assert.ok(await page.locator("dialog[open]").isVisible());
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog[open]").count(), 0);
    await close();
  });

  test("keys typed into a field are text", async () => {
    const { page, close } = await at("/");
    await page.focus("#q");
    await page.keyboard.type("j/k?t");
    assert.equal(await page.inputValue("#q"), "j/k?t");
    assert.equal(await page.locator("dialog").count(), 0);
    await close();
  });

  test("search answers while one types, and the address says what was found", async () => {
    const { page, wrong, close } = await at("/search");
    await page.focus("#q");
    await page.keyboard.type("powershell");
    // On a busy machine the first letters are answered before the last are typed.
    await page.waitForURL(/q=powershell/);
    await page.waitForSelector("#results .hits li");
    assert.deepEqual(wrong, []);
    await close();
  });

  test("a rule of each language is read in the workbench", async () => {
    const guide = await (await fetch(`${server.root}/api/v1/techniques/T1059.001`)).json();
    const rules = new Map(guide.rules.map((row) => [row.language, row.id]));
    assert.ok(rules.size >= 5, `${[...rules.keys()]}`);
    for (const [language, id] of rules) {
      const { body } = await (await fetch(`${server.root}/api/v1/rules/${encodeURIComponent(id)}`)).json();
      const { page, wrong, close } = await at("/workbench");
      await page.fill("#text", body);
      if (language !== "sigma") await page.selectOption("#language", language);
      await Promise.all([page.waitForLoadState("load"), page.click(".bench button")]);
      await page.waitForSelector("h2.rule");
      assert.equal(await page.locator("#diagnostics .bad").count(), 0, `${language} is read without an error`);
      assert.ok((await page.locator("#indicators-1 tbody tr").count()) > 0, language);
      assert.deepEqual(await accessibility(page), [], language);
      assert.deepEqual(await overflow(page), [], language);
      assert.deepEqual(wrong, []);
      await close();
    }
  });

  test("a rule of the catalogue is opened in the workbench", async () => {
    const { page, wrong, close } = await at("/search?q=T1059.001");
    await page.locator(".hits h2 a").first().click();
    await Promise.all([page.waitForURL(/\/workbench\?rule=/), page.click("text=Open in the workbench")]);
    assert.ok((await page.inputValue("#text")).length > 20);
    assert.ok(await page.locator("h2.rule").isVisible());
    assert.deepEqual(wrong, []);
    await close();
  });

  test("what is wrong in the workbench leads to what its code means", async () => {
    const { page, wrong, close } = await at("/workbench");
    await page.fill("#text", 'process where process.name == "cmd.exe" and (');
    await page.selectOption("#language", "eql");
    await Promise.all([page.waitForLoadState("load"), page.click(".bench button")]);
    const link = page.locator("#diagnostics tbody a").first();
    const code = await link.innerText();
    await Promise.all([page.waitForURL(/\/codes#/), link.click()]);
    assert.ok(await page.locator(`#${code} .prose`).isVisible());
    assert.deepEqual(wrong, []);
    await close();
  });

  test("the address holds the state of every table of a page", async () => {
    const { page, wrong, close } = await at("/techniques/T1204.001");
    await page.click("#fields th a >> nth=0");
    await page.waitForURL(/sort\.fields=/);
    await page.fill("#filter-indicators", "image");
    await page.waitForURL(/filter\.indicators=image/);
    assert.match(page.url(), /sort\.fields=/);
    const rows = () => page.locator("#indicators tbody tr").count();
    const shown = await rows();
    await page.reload({ waitUntil: "load" });
    assert.equal(await rows(), shown);
    assert.equal(await page.locator("#fields th[aria-sort]").count(), 1);
    assert.deepEqual(wrong, []);
    await close();
  });

  test("the matrix shows what it compares", async () => {
    const { page, close } = await at("/matrix?compare=sigma..elastic");
    assert.equal(await page.inputValue("select[name=left]"), "sigma");
    assert.equal(await page.inputValue("select[name=right]"), "elastic");
    const heads = await page.locator("#techniques thead th").allInnerTexts();
    assert.ok(heads.includes("sigma") && heads.includes("elastic"), heads.join(", "));
    await close();
  });

  test("on a phone the values of a cell stand together beside the name of their column", async () => {
    const { page, close } = await at("/fields", { size: "phone" });
    const left = await page.evaluate(() => {
      const cells = [...document.querySelectorAll("#fields td:last-child")];
      const cell = cells.find((one) => one.querySelectorAll("a").length > 1);
      const edges = [...cell.childNodes].map((node) => {
        const range = document.createRange();
        range.selectNode(node);
        return range.getBoundingClientRect().left - cell.getBoundingClientRect().left;
      });
      return Math.min(...edges);
    });
    assert.ok(left > 90, `nothing of the values stands under the name: ${left}`);
    await close();
  });

  test("a chosen theme stays", async () => {
    const { page, close } = await at("/");
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.click("button.theme");
    const dark = await paper();
    assert.notEqual(dark, light);
    await page.goto(`${server.root}/ledger`, { waitUntil: "load" });
    assert.equal(await paper(), dark);
    await close();
  });

  test("without a script: search, filter, sort", async () => {
    const { page, close } = await at("/", { script: false });
    await page.fill("#q", "powershell");
    await Promise.all([page.waitForURL(/\/search\?/), page.press("#q", "Enter")]);
    assert.ok((await page.locator(".hits li").count()) > 0);

    await page.goto(`${server.root}/techniques`);
    const rows = () => page.locator("#techniques tbody tr").count();
    const all = await rows();
    await page.fill("#filter-techniques", "T1059");
    await Promise.all([page.waitForURL(/filter\.techniques=T1059/), page.press("#filter-techniques", "Enter")]);
    const some = await rows();
    assert.ok(some > 0 && some < all);

    await page.goto(`${server.root}/techniques`);
    const head = page.locator("#techniques th a").last();
    await Promise.all([page.waitForURL(/sort\.techniques=/), head.click()]);
    assert.equal(await page.locator("#techniques th[aria-sort]").count(), 1);
    await close();
  });

  test("every page is usable by keyboard alone: the first stop skips to the content", async () => {
    const { page, close } = await at("/techniques/T1059");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await focused(page), "content");
    await close();
  });

  test("tables of a dossier sort, filter and are saved, and the address keeps how they are shown", async () => {
    const { page, wrong, close } = await at("/techniques/T1059.001/dossier");
    const column = () =>
      page.evaluate(() => [...document.querySelectorAll("#related tbody tr")]
        .filter((row) => !row.hidden)
        .map((row) => row.cells[0].textContent.trim()));
    const before = await column();
    assert.ok(before.length >= 3, `${before.length} rows`);
    const sorted = [...before].sort((a, b) => a.localeCompare(b));
    const head = page.locator("#related th .sort").first();
    await head.click();
    assert.deepEqual(await column(), sorted);
    assert.match(page.url(), /sort\.related-/);
    assert.deepEqual(await accessibility(page), []);
    await page.reload({ waitUntil: "load" });
    assert.deepEqual(await column(), sorted);
    await page.locator("#related th .sort").first().click();
    assert.deepEqual(await column(), [...sorted].reverse());
    await page.locator("#related th .sort").first().click();
    assert.deepEqual(await column(), before);
    assert.doesNotMatch(page.url(), /sort\./);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#related .tools button", { hasText: "CSV" }).first().click(),
    ]);
    assert.match(file.suggestedFilename(), /^related-.*csv$/);
    assert.deepEqual(wrong, []);
    await close();
  });
});
