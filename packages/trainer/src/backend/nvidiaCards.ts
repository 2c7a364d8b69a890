// Knows which NVIDIA cards a machine has, as far as its driver shows them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the driver under Linux describes itself and its cards. */
const DRIVER = '/proc/driver/nvidia';

/** Whether a driver shows a card, under Linux or its subsystem in Windows. */
export function hasNvidiaCard(): boolean {
  return ['/dev/nvidia0', `${DRIVER}/version`, '/dev/dxg'].some((path) => existsSync(path));
}

/** What the first card is called; `CUDA GPU` where the driver does not tell. */
export function nvidiaCardName(driver: string = DRIVER): string {
  const cards = join(driver, 'gpus');
  for (const card of existsSync(cards) ? readdirSync(cards).sort() : []) {
    const path = join(cards, card, 'information');
    const [, name] = /^Model:\s*(.+)$/m.exec(existsSync(path) ? readFileSync(path, 'utf8') : '') ?? [];
    if (name !== undefined) return name.trim();
  }
  return 'CUDA GPU';
}
