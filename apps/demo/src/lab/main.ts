// Knows the measuring page: it waits to be driven.
import type { LabApi } from './labApi.ts';
import { measureGroup } from './measureGroup.ts';

declare global {
  interface Window {
    asfpLab?: LabApi;
  }
}

window.asfpLab = { measure: measureGroup };
