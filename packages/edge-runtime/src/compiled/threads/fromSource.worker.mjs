// Knows how the thread that runs kernels runs in Node from source, un-built.
import { register } from 'tsx/esm/api';

register();
void import('./kernelThread.worker.ts');
