// Knows the page that tests drive: the whole door of the edge runtime, as `asfp`.
import * as asfp from '@asfp/edge-runtime';

Object.assign(globalThis, { asfp });
