#!/usr/bin/env node
import crypto from 'node:crypto';
// node driver.mjs --connection FILE [--scenarios DIR]... [--only TEXT] [--out FILE]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as blocks from './lib/blocks.mjs';
import * as der from './lib/der.mjs';
import * as harness from './lib/harness.mjs';
import * as netlib from './lib/net.mjs';
import { Org } from './lib/net.mjs';

const { T, Normaliser } = harness;
const library = { ...harness, ...netlib, ...blocks, ...der };

const here = path.dirname(fileURLToPath(import.meta.url));
const arg = (n, d) => {
  const i = process.argv.indexOf(`--${n}`);
  return i < 0 ? d : process.argv[i + 1];
};
if (!arg('connection')) {
  console.error('usage: driver.mjs --connection FILE [--scenarios DIR]... [--only TEXT[,TEXT]] [--out FILE]');
  process.exit(2);
}
const connFile = path.resolve(arg('connection'));
const conn = JSON.parse(fs.readFileSync(connFile, 'utf8'));
for (const o of conn.organizations) {
  for (const f of ['tlsCa', 'cert', 'key', 'adminCert', 'adminKey', 'peerCert', 'peerKey', 'caCert', 'caKey']) {
    if (o[f] && o[f] !== 'insecure') o[f] = path.resolve(path.dirname(connFile), o[f]);
  }
}
const dirs = process.argv.flatMap((name, i, all) => (name === '--scenarios' ? [path.resolve(all[i + 1])] : []));
if (dirs.length === 0) dirs.push(path.join(here, 'scenarios'));
const only = (arg('only', '') || '').split(',').filter(Boolean);
const outFile = arg('out');
const nonce = `z${crypto.randomBytes(5).toString('hex')}`;
const norm = new Normaliser(conn, nonce);
const net = { conn, orgs: conn.organizations.map((o) => new Org(o)), norm };
const lines = [];
let bad = 0;

// every gateway must know a peer of every organisation before the first scenario (gossip membership takes a while)
const began = Date.now();
const until = began + 120e3;
for (const org of net.orgs) {
  for (const target of net.orgs) {
    for (;;) {
      const contract = org.gateway().getNetwork(conn.channel).getContract(conn.chaincode);
      try {
        await contract
          .newProposal('run', { arguments: ['[["env"]]'], endorsingOrganizations: [target.mspId] })
          .evaluate();
        break;
      } catch (e) {
        if (Date.now() > until) {
          console.error(`not ready: ${org.mspId} -> ${target.mspId}: ${e.message}`);
          process.exit(3);
        }
        await new Promise((r) => setTimeout(r, 500));
      }
    }
  }
}
console.error(`every gateway reaches every organisation after ${Date.now() - began} ms`);

const files = dirs.flatMap((dir) =>
  fs
    .readdirSync(dir)
    .filter((f) => f.endsWith('.mjs'))
    .sort()
    .map((f) => ({ f, file: path.join(dir, f) })),
);
for (const { f, file } of files) {
  const { default: list } = await import(pathToFileURL(file).href);
  // a scenario file exports a list, or a function of this library (so that files kept elsewhere need no imports)
  for (const scenario of typeof list === 'function' ? list(library) : list) {
    if (only.length && !only.some((o) => scenario.id.includes(o) || f.includes(o))) continue;
    const t0 = Date.now();
    const missing = (scenario.needs || []).filter((n) =>
      n === 'chaincode2'
        ? !conn.chaincode2
        : n === 'ca'
          ? !net.orgs[0].ca
          : n === 'peer'
            ? !net.orgs[0].peer
            : n === 'admin'
              ? !net.orgs[0].admin
              : false,
    );
    const t = new T(net, scenario, nonce, (l) => lines.push(l));
    if (missing.length) {
      t.record('skipped', { missing });
      continue;
    }
    try {
      await scenario.run(t);
    } catch (e) {
      bad++;
      t.record('scenario-broke', { message: String(e.message) });
      console.error(`${scenario.id}: ${e.stack}`);
    }
    console.error(`${scenario.id}: ${t.steps.size} steps, ${Date.now() - t0} ms`);
  }
}
const text = `${lines.map((l) => JSON.stringify(l)).join('\n')}\n`;
if (outFile) fs.writeFileSync(outFile, text);
else process.stdout.write(text);
console.error(
  `${new Set(lines.map((l) => l.scenario)).size} scenarios, ${lines.length} steps${bad ? `, ${bad} broke` : ''}`,
);
for (const o of net.orgs) o.close();
process.exit(0);
