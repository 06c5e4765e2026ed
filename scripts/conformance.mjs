#!/usr/bin/env node
// npm run -s conformance -- [--engine embedded|fabric] [--scenarios DIR --golden FILE] [--only TEXT]
import { prepare } from './runtime.mjs';

await prepare(import.meta);
await import('../test/conformance/main.ts');
