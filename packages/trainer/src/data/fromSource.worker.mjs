// Knows how the thread that makes batches runs from source, un-built.
import { register } from 'tsx/esm/api';

register();
void import('./makeBatch.worker.ts');
