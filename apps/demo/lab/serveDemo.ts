// Knows how a person looks at a run folder: the demo page on a port of this machine.
import { buildSite } from './buildSite.ts';
import { type SiteServer, serveSite } from './serveSite.ts';

/** Builds the page where needed and serves it, with a run folder if one is named; throws an AsfpError when the port is taken. */
export async function serveDemo(options: {
  readonly folder: string | undefined;
  readonly port?: number;
}): Promise<SiteServer> {
  return serveSite({ ...options, site: await buildSite() });
}
