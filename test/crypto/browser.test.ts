import path from 'node:path';
import chromium from '@sparticuz/chromium';
import { build } from 'esbuild';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { checkSignature, makeSignature, type SignedElsewhere } from './in-browser.ts';

type InPage = { medquorum: { makeSignature: typeof makeSignature; checkSignature: typeof checkSignature } };
type BackEnd = 'mcl' | 'noble';

/** A megabyte of JavaScript is what a gateway's console would have to send; the module in WebAssembly is over half of it. */
const MAX_BUNDLE_BYTES = 1_200_000;

let browser: Browser;
let page: Page;
let bundle: string;
const pageErrors: string[] = [];

beforeAll(async () => {
  const result = await build({
    entryPoints: [path.join(import.meta.dirname, 'in-browser.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser', // a module of Node in the bundle is an error here
    target: 'es2022',
    conditions: ['medquorum-source'],
  });
  bundle = result.outputFiles[0]?.text ?? '';
  browser = await playwright.launch({
    args: chromium.args,
    executablePath: await chromium.executablePath(),
    headless: true,
  });
  page = await browser.newPage();
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.addScriptTag({ content: bundle });
}, 120_000);

afterAll(async () => {
  await browser?.close();
});

const signInPage = (name: BackEnd) =>
  page.evaluate((n) => (globalThis as unknown as InPage).medquorum.makeSignature(n), name);
const checkInPage = (name: BackEnd, signed: SignedElsewhere) =>
  page.evaluate(([n, s]) => (globalThis as unknown as InPage).medquorum.checkSignature(n, s), [name, signed] as const);

describe('the library in Chromium', () => {
  it('is one bundle without modules of Node', () => {
    expect(bundle.length).toBeGreaterThan(100_000);
    expect(bundle.length).toBeLessThan(MAX_BUNDLE_BYTES);
  });

  it.each<BackEnd>(['mcl', 'noble'])(
    'signs and verifies there (%s)',
    async (name) => {
      expect(await checkInPage(name, await signInPage(name))).toEqual([true, false]);
      expect(pageErrors).toEqual([]);
    },
    60_000,
  );

  it('makes signatures that Node accepts, and accepts those of Node', async () => {
    expect(await checkSignature('noble', await signInPage('mcl'))).toEqual([true, false]);
    expect(await checkInPage('mcl', await makeSignature('noble'))).toEqual([true, false]);
  }, 60_000);
});
