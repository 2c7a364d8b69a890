// Knows how tensors cross between tfjs and ordinary memory.
import { float32Tensor, type HostTensor, InternalError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';

/** A copy of a tfjs tensor's values; float32 only, which is all that weights are. */
export async function toHost(tensor: tf.Tensor): Promise<HostTensor> {
  if (tensor.dtype !== 'float32')
    throw new InternalError(`a ${tensor.dtype} tensor where weights are float32`);
  // A copy: the cpu backend gives its own storage away.
  return float32Tensor([...tensor.shape], Float32Array.from(await tensor.data<'float32'>()));
}

/** A tfjs tensor with a copy of the values; the caller disposes of it. */
export function fromHost(host: HostTensor): tf.Tensor {
  return tf.tensor(host.values.slice(), [...host.shape], host.dtype);
}
