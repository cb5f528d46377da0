// Accept or reject: Tripline's Kusto parser beside Microsoft's own.
//
//   npm install @kusto/language-service-next          (in a folder of its own, named below)
//   cargo build -p tripline-languages --example kusto_dump
//   node tests/oracles/kusto_accept.mjs MODULES DUMP QUERIES
//
// MODULES: the folder with node_modules; DUMP: the example's binary; QUERIES: a folder of .kql
// files. Every query is compared, and about 300 that are made from them by dropping, doubling or
// exchanging one token (the choice is fixed, so that runs compare). Differences are printed with
// both messages; exit code 1 when one of the queries themselves differs.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const [modules, dump, folder] = process.argv.slice(2);
const require = createRequire(path.resolve(modules) + '/');
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { KustoCode } = globalThis.Kusto.Language;

function official(text) {
  const found = KustoCode.Parse(text).GetSyntaxDiagnostics();
  const list = globalThis.Bridge.toArray(found);
  if (list.length === 0) return 'ok';
  const first = list[0];
  return `${first.Start}: ${first.Message}`;
}

// A small generator with a fixed start: the same mutations in every run.
let state = 12345;
const next = (n) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % n;

function mutated(text) {
  const tokens = text.match(/\s+|\w+|"[^"\n]*"|'[^'\n]*'|./gs) ?? [];
  const solid = tokens.map((t, i) => [t, i]).filter(([t]) => t.trim()).map(([, i]) => i);
  if (solid.length < 4) return text;
  const at = solid[next(solid.length)];
  const other = solid[next(solid.length)];
  switch (next(3)) {
    case 0: tokens.splice(at, 1); break;
    case 1: tokens.splice(at, 0, tokens[at], ' '); break;
    default: [tokens[at], tokens[other]] = [tokens[other], tokens[at]];
  }
  return tokens.join('');
}

const files = fs.readdirSync(folder).filter((f) => f.endsWith('.kql')).sort().map((f) => path.join(folder, f));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kusto-'));
const every = [...files];
for (let i = 0; i < 300 && files.length; i++) {
  const file = path.join(scratch, `m${String(i).padStart(3, '0')}.kql`);
  fs.writeFileSync(file, mutated(fs.readFileSync(files[next(files.length)], 'utf8')));
  every.push(file);
}
const run = spawnSync(dump, { input: every.join('\n'), encoding: 'utf8', maxBuffer: 1 << 28 });
const ours = new Map(run.stdout.split('\n').filter(Boolean).map((l) => l.split('\t')).map(([f, v]) => [f, v]));
let differences = 0, onQueries = 0, accepted = 0;
for (const file of every) {
  const [a, b] = [official(fs.readFileSync(file, 'utf8')), ours.get(file) ?? 'missing'];
  if (a === 'ok') accepted++;
  if ((a === 'ok') === (b === 'ok')) continue;
  differences++;
  if (files.includes(file)) onQueries++;
  console.log(`${file}\n  official: ${a}\n  tripline: ${b}`);
}
console.log(`${files.length} queries, ${every.length - files.length} mutated, ${accepted} accepted by the official parser; differences: ${onQueries} on queries, ${differences - onQueries} on mutated ones`);
process.exitCode = onQueries === 0 ? 0 : 1;
