// The second door of core: what tests of other packages may use, by name.
export { graphFromSeed, randomGraph } from './randomGraph.ts';
export { withStandIns } from './withStandIns.ts';
