#!/usr/bin/env node
import { prepare } from './runtime.mjs';

await prepare(import.meta);
