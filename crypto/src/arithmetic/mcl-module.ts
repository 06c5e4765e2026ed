import mcl from 'mcl-wasm';

/** A value of the library in WebAssembly: its limbs live in `a_` and are copied in and out at each call. */
type Value = { readonly a_: Uint32Array };
type WasmFunction = (...args: number[]) => number;

/** The part of the compiled module that the published typings leave out, because the library does not promise it. */
type CompiledModule = {
  callOp2(operation: WasmFunction, z: Uint32Array, x: Uint32Array, y: Uint32Array): number;
  stackSave(): number;
  stackRestore(position: number): void;
  salloc(limbs: Uint32Array): number;
  sallocBytes(bytes: Uint8Array): number;
  copyFromHeap32(limbs: Uint32Array, position: number): void;
  readonly _mclBnG1_mulCT: WasmFunction;
  readonly _mclBnG2_mulCT: WasmFunction;
  readonly _mclBnG1_hashAndMapToWithDst: WasmFunction;
  readonly _mclBnG2_hashAndMapToWithDst: WasmFunction;
};

/** Longest message hashed inside the module: its stack has 1 MiB. */
export const MAX_WASM_MESSAGE_BYTES = 1 << 16;

const compiled = () => (mcl as unknown as { readonly mod: CompiledModule }).mod;
const limbs = (value: object) => (value as Value).a_;

/** base^exponent by the multiplication whose sequence of operations does not depend on the exponent. */
export function powConstantTime<P extends mcl.G1 | mcl.G2>(base: P, exponent: mcl.Fr): P {
  const module = compiled();
  const [result, operation] =
    base instanceof mcl.G1 ? [new mcl.G1(), module._mclBnG1_mulCT] : [new mcl.G2(), module._mclBnG2_mulCT];
  module.callOp2(operation, limbs(result), limbs(base), limbs(exponent));
  return result as P;
}

/** RFC 9380 hash_to_curve with a tag of the caller; the typed functions of the library know only one fixed tag. */
export function hashToCurve<P extends mcl.G1 | mcl.G2>(result: P, message: Uint8Array, dst: Uint8Array): P {
  const module = compiled();
  const hash = result instanceof mcl.G1 ? module._mclBnG1_hashAndMapToWithDst : module._mclBnG2_hashAndMapToWithDst;
  const stack = module.stackSave();
  try {
    const [z, m, d] = [module.salloc(limbs(result)), module.sallocBytes(message), module.sallocBytes(dst)];
    if (hash(z, m, message.length, d, dst.length) !== 0) throw new Error('hash to curve failed in mcl');
    module.copyFromHeap32(limbs(result), z);
    return result;
  } finally {
    module.stackRestore(stack);
  }
}

let loading: Promise<void> | undefined;

/** Compiles the module once per process and sets its modes: encodings as in the specifications, hash to curve of RFC 9380. */
export function initialiseMcl(): Promise<void> {
  loading ??= mcl.init(mcl.BLS12_381).then(() => {
    mcl.setETHserialization(true);
    mcl.setMapToMode(mcl.IRTF);
    // Subgroup checks are ours, so that a decoder can say which check failed and no global switch can turn them off.
    mcl.verifyOrderG1(false);
    mcl.verifyOrderG2(false);
  });
  return loading;
}
