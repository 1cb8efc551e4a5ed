/** What brings contents that other stores promise, loaded when the first is wanted: most stores never need it. */
import type { Promisor } from '../store/promises.ts';
import type { Repository } from '../store/repository.ts';

/** As `RepositoryContext.openPromisor`. */
export async function openPromisor(repository: Repository): Promise<Promisor> {
  const { RemotePromisor } = await import('./promisor.ts');
  return new RemotePromisor(repository);
}
