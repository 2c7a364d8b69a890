// The door of the lab: measuring in a browser, and serving the demo.
export type { EngineProbe, LabEngine, LabReference } from '../src/lab/labApi.ts';
export { buildSite } from './buildSite.ts';
export {
  type BaselineComparison,
  compareWithBaseline,
  parseBaseline,
  runToRun,
} from './compareWithBaseline.ts';
export { compiledPageSize, type PageSize } from './compiledPageSize.ts';
export { type BrowserFound, findBrowser } from './findBrowser.ts';
export { firefoxAsked } from './firefoxAsked.ts';
export { launchBrowser } from './launchBrowser.ts';
export { type MeasureOptions, measureLatency, type Subject } from './measureLatency.ts';
export { type RunIndex, runIndex } from './runIndex.ts';
export { serveDemo } from './serveDemo.ts';
export { type SiteOptions, type SiteServer, serveSite } from './serveSite.ts';
export { siteStamp } from './siteStamp.ts';
