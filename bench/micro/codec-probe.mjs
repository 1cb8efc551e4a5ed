/** Deflating and inflating text of several sizes: both codecs, and the kernel, which inflates only. */
import { loadCodec, loadKernel } from '../library.mjs';
import { prose } from '../random.mjs';
import { timeInTurn } from './timing.mjs';

const SIZES = [300, 1_200, 16_000, 1_000_000];

const rounds = Number(process.argv[2]);
const { chooseCodec } = await loadCodec();
const { inflateExactly } = await loadKernel();
const [native, pako] = await Promise.all([chooseCodec('native'), chooseCodec('pako')]);

/** @type {Record<string, object>} */
const found = {};
for (const sizeBytes of SIZES) {
  const content = prose(1)(sizeBytes);
  const compressed = native.deflate(content, 6);
  const size = `${sizeBytes.toLocaleString('en')} B`;
  found[`codec/inflate ${size}`] = timeInTurn(
    {
      native: () => native.inflate(compressed, { maxBytes: sizeBytes }),
      pako: () => pako.inflate(compressed, { maxBytes: sizeBytes }),
      kernel: () => inflateExactly(compressed, sizeBytes),
    },
    rounds,
  );
  for (const level of /** @type {const} */ ([1, 6])) {
    found[`codec/deflate ${size} at level ${level}`] = timeInTurn(
      { native: () => native.deflate(content, level), pako: () => pako.deflate(content, level) },
      rounds,
    );
  }
}
process.stdout.write(JSON.stringify(found));
