import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReferenceSet, type Role } from '../../src/object/role.ts';
import { anyObjectId } from '../arbitraries/trees.ts';

test('a ReferenceSet keeps roles of one id apart, as a set of pairs does', () => {
  const role = fc.constantFrom<Role>('content', 'tree', 'snapshot');
  const ids = fc.uniqueArray(anyObjectId(), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(ids, fc.array(fc.tuple(role, fc.nat(2)), { maxLength: 20 }), (ids, added) => {
      const set = new ReferenceSet();
      const model = new Set<string>();
      for (const [role, index] of added) {
        const id = ids[index]!;
        expect(set.add(role, id)).toBe(!model.has(role + id));
        model.add(role + id);
      }
      expect(set.size).toBe(model.size);
      for (const id of ids) {
        const roles = (['content', 'tree', 'snapshot'] as const).filter((role) => set.has(role, id));
        expect(roles).toEqual(roles.filter((role) => model.has(role + id) && set.ids(role).has(id)));
        expect(set.hasAny(id)).toBe([...model].some((key) => key.endsWith(id)));
      }
    }),
  );
});
