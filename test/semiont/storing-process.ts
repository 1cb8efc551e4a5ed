/** A process of its own that stores `COUNT` representations in `FOLDER`, one after the other, and says so. */
import { FilesystemRepresentationStore } from '../../src/semiont.ts';

const [folder = '', name = '', count = ''] = process.argv.slice(2);
await using representations = new FilesystemRepresentationStore({ basePath: folder });
for (let at = 0; at < Number(count); at++)
  await representations.store(`document ${name} ${at}`, { mediaType: 'text/plain', resource: `doc-${at}` });
