import { Metadata, type ServiceError, type status } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import { WireWriter } from '../embedded/wire/wire-writer.ts';

/** Where an error of the gateway comes from (`gateway.ErrorDetail`). */
export type ErrorDetail = Readonly<{ address: string; mspId: string; message: string }>;

/** Trailer in which gRPC carries a `google.rpc.Status` with details. */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

/** An answer to a gRPC call that is not OK, with the details Fabric's gateway attaches. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  /** `grpc.status` number. */
  readonly code: status;
  readonly errorDetails: readonly ErrorDetail[];
  constructor(code: status, message: string, errorDetails: readonly ErrorDetail[] = []) {
    super(message);
    this.code = code;
    this.errorDetails = errorDetails;
  }

  /** The error as grpc-js servers send it. */
  toServiceError(): Partial<ServiceError> {
    const metadata = new Metadata();
    if (this.errorDetails.length > 0) {
      metadata.set(STATUS_DETAILS_KEY, packStatus(this.code, this.message, this.errorDetails));
    }
    return { code: this.code, details: this.message, metadata };
  }
}

/** Type of the packed details, as Fabric's gateway writes it. */
const ERROR_DETAIL_TYPE = 'type.googleapis.com/gateway.ErrorDetail';

/** `google.rpc.Status` bytes with each detail packed as `gateway.ErrorDetail` in a `google.protobuf.Any`. */
export function packStatus(code: status, message: string, errorDetails: readonly ErrorDetail[]): Buffer {
  const packed = new WireWriter().varint(1, code).string(2, message);
  for (const { address, mspId, message: text } of errorDetails) {
    const detail = new gateway.ErrorDetail();
    detail.setAddress(address);
    detail.setMspId(mspId);
    detail.setMessage(text);
    packed.element(3, new WireWriter().string(1, ERROR_DETAIL_TYPE).bytes(2, detail.serializeBinary()).finish());
  }
  return packed.finish();
}
