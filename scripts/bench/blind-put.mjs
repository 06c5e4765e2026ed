// The chaincode that a REST write is measured against: one key, one value, no reads. One process an organisation.
import { createRequire } from 'node:module';
import process from 'node:process';

const shim = createRequire(new URL('../../chaincode/package.json', import.meta.url))('fabric-shim');

class BlindPut {
  async Init() {
    return shim.success();
  }

  async Invoke(stub) {
    const [key, value] = stub.getArgs().slice(1);
    await stub.putState(key, Buffer.from(value));
    return shim.success();
  }
}

const [address, ccid] = process.argv.slice(2);
shim.server(new BlindPut(), { ccid, address }).start();
