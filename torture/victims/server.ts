/** Serves a store until it is killed: `node server STORE`. It says where, once. */
import { serveStores } from '../../src/index.ts';

const [folder = ''] = process.argv.slice(2);
void serveStores({ here: folder }).then(({ url }) => process.stdout.write(`${url}/s/here\n`));
