// Knows how a model outlives the graphics context that holds its weights.
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import type { LoadedModel } from './engine.ts';
import { loadOnTfjs, type RunGuard } from './loadOnTfjs.ts';
import type { BackendName } from './onBackend.ts';

/** A backend of tfjs whose context the browser may take away. */
export interface LosableBackend {
  readonly name: BackendName;
  /** Where the context is lost, puts another one in its place, in its turn. */
  mend(): Promise<void>;
  /** Contexts that there have been. */
  generation(): number;
  /** Makes a run fail whose context is lost on the way. */
  guard(url: string): RunGuard;
}

/** A model whose next run after a loss brings it into the new context, from the bytes of its file. */
export async function loadLasting(file: GraphModelFile, backend: LosableBackend): Promise<LoadedModel> {
  const load = (): Promise<LoadedModel> => loadOnTfjs(backend.name, file, backend.guard(file.url));
  let model = await load();
  let loadedIn = backend.generation();
  return {
    inputs: model.inputs,
    outputs: model.outputs,
    run: async (inputs) => {
      await backend.mend();
      if (loadedIn !== backend.generation()) {
        const lost = model;
        model = await load();
        loadedIn = backend.generation();
        await lost.dispose();
      }
      return model.run(inputs);
    },
    dispose: () => model.dispose(),
  };
}
