import { type ServiceDefinition, status } from '@grpc/grpc-js';
import { INVALID_WIRE_FORMAT, isWireFormat } from '../../protocol/parse-message.ts';
import { RpcError } from '../../protocol/rpc-error.ts';

/** A request as it came, or the reason why it is none. */
export type Received<T> = T | RpcError;

/**
 * The same service, but bytes that are no message reach the handler as an RpcError: grpc-js would answer with a text of its
 * own.
 */
export function strictService<S extends ServiceDefinition>(service: S): S {
  const methods = Object.entries(service).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      if (isWireFormat(bytes)) {
        try {
          return method.requestDeserialize(bytes);
        } catch {
          // reported below, as any other unreadable request
        }
      }
      return new RpcError(status.INTERNAL, `grpc: error unmarshalling request: ${INVALID_WIRE_FORMAT}`);
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(methods) as S;
}
