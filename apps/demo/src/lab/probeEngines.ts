// Knows which engines this browser can run, and what runs behind them.
import { describeError } from '@asfp/core';
import { type EngineFacts, type EngineName, engineNames, startEngine } from '@asfp/edge-runtime';
import { wasmFiles } from '../wasmFiles.ts';
import type { EngineProbe } from './labApi.ts';

/** Starts every engine, one after another. */
export async function probeEngines(): Promise<EngineProbe[]> {
  const probes: EngineProbe[] = [];
  for (const name of engineNames) probes.push(await probe(name));
  return probes;
}

async function probe(name: EngineName): Promise<EngineProbe> {
  try {
    const facts = await startEngine(name, { wasmPaths: wasmFiles, allowSoftwareGl: true });
    return { name, usable: true, detail: describeFacts(facts) };
  } catch (error) {
    return { name, usable: false, detail: describeError(error) };
  }
}

function describeFacts({ threads, webglRenderer, webgpuAdapter, softwareGl }: EngineFacts): string {
  const name = webglRenderer ?? webgpuAdapter;
  if (name === null) return `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return softwareGl ? `${webglRenderer === null ? '' : 'software GL, '}on the CPU: ${name}` : name;
}
