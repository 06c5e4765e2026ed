type Response = Readonly<{ status: number }>;
type Stub = Readonly<{
  getTxID(): string;
  getChannelID(): string;
  getFunctionAndParameters(): Readonly<{ fcn: string }>;
}>;
/** What fabric-shim calls for every transaction and query. */
type Invocable = { Invoke(stub: Stub): Promise<Response> };

const OK = 200;

/**
 * Has a chaincode tell of each call, when it has been answered, in one JSON line: transaction, channel, function, status. Arguments and answers are
 * health data and stay out. What is written changes nothing of what is answered.
 */
export function logTransactions(chaincode: Invocable, write: (line: string) => void): void {
  const invoke = chaincode.Invoke.bind(chaincode);
  chaincode.Invoke = async (stub) => {
    const startedMs = performance.now();
    const response = await invoke(stub);
    const line = {
      level: response.status === OK ? 'info' : 'warn',
      msg: 'transaction simulated',
      txId: stub.getTxID(),
      channelId: stub.getChannelID(),
      // `contract:function`, from the client: whatever it sent may not fill the log.
      function: stub.getFunctionAndParameters().fcn.slice(0, MAX_FUNCTION_CHARACTERS),
      status: response.status,
      durationMs: Math.round((performance.now() - startedMs) * 10) / 10,
    };
    write(JSON.stringify(line));
    return response;
  };
}

const MAX_FUNCTION_CHARACTERS = 128;
