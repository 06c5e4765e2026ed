// A chaincode that has nothing to do with health records: assets with owners, and a price that only two organisations see.
// CHAINCODE_ID=asset CHAINCODE_SERVER_ADDRESS=127.0.0.1:9998 node asset-chaincode.cjs
const shim = require('fabric-shim');

const FUNCTIONS = {
  async create(stub, id, owner) {
    if ((await stub.getState(id)).length > 0) throw new Error(`ASSET_EXISTS: ${id}`);
    await stub.putState(id, Buffer.from(JSON.stringify({ id, owner })));
    const price = stub.getTransient().get('price');
    if (price !== undefined) await stub.putPrivateData('prices', id, price);
    stub.setEvent('created', Buffer.from(id));
    return id;
  },

  async transfer(stub, id, owner) {
    const asset = JSON.parse(await FUNCTIONS.read(stub, id));
    await stub.putState(id, Buffer.from(JSON.stringify({ ...asset, owner })));
    return owner;
  },

  async read(stub, id) {
    const asset = await stub.getState(id);
    if (asset.length === 0) throw new Error(`ASSET_NOT_FOUND: ${id}`);
    return Buffer.from(asset).toString();
  },

  async price(stub, id) {
    return Buffer.from(await stub.getPrivateData('prices', id)).toString();
  },
};

class AssetChaincode {
  async Init() {
    return shim.success();
  }

  async Invoke(stub) {
    try {
      const { fcn, params } = stub.getFunctionAndParameters();
      if (!Object.hasOwn(FUNCTIONS, fcn)) throw new Error(`ASSET_FUNCTION_UNKNOWN: ${fcn}`);
      return shim.success(Buffer.from(await FUNCTIONS[fcn](stub, ...params)));
    } catch (error) {
      return shim.error(error.message);
    }
  }
}

const { CHAINCODE_ID: ccid, CHAINCODE_SERVER_ADDRESS: address } = process.env;
shim.server(new AssetChaincode(), { ccid, address }).start();
