/** Whether a store needs maintenance: asked after every command that stores something, so it costs next to nothing. */
import { toByteString } from '../bytes/byte-string.ts';
import type { Repository } from '../store/repository.ts';

const DEFAULT_LOOSE = 2000;
const DEFAULT_PACKS = 20;
/** The folder whose loose objects stand for those of all: ids are spread evenly. */
const SAMPLED_FAN_OUT = '17';
const FAN_OUTS = 256;

/**
 * Whether so much has gathered that it should be packed: more packs than `maintenance.packs`, or more loose objects
 * than `maintenance.loose`, by a sample of them. Two folders are listed, and nothing is read.
 */
export async function isMaintenanceDue({ files, layout, config }: Repository): Promise<boolean> {
  const { settings } = config;
  if (settings.get('maintenance.auto') === false) return false;
  const looseAtMost = (settings.get('maintenance.loose') ?? DEFAULT_LOOSE) as number;
  const packsAtMost = (settings.get('maintenance.packs') ?? DEFAULT_PACKS) as number;
  const sampled = await files.list(`${layout.objects}/${SAMPLED_FAN_OUT}`);
  if ((sampled?.length ?? 0) * FAN_OUTS > looseAtMost) return true;
  const names = new Set(
    (await files.list(`${layout.objects}/pack`))?.map(({ name }) => toByteString(name) as string),
  );
  const packs = [...names].filter(
    (name) => name.endsWith('.pack') && !names.has(name.replace(/pack$/, 'keep')),
  );
  return packs.length > packsAtMost;
}
