// Knows the measuring page: it waits to be driven.
import type { LabApi } from './labApi.ts';
import { measureGroup } from './measureGroup.ts';
import { probeEngines } from './probeEngines.ts';

declare global {
  interface Window {
    asfpLab?: LabApi;
  }
}

window.asfpLab = { measure: measureGroup, probe: probeEngines };
