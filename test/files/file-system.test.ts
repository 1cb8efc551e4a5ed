import { describe } from 'vitest';
import { runCases } from '../conformance/case.ts';
import { fileSystemCases } from '../conformance/file-system.ts';
import { fileSystems } from './file-systems.ts';

for (const [name, open] of Object.entries(fileSystems)) {
  describe(`the ${name} file system`, () => runCases(fileSystemCases, open));
}
