/** A version as a program holds it: nothing of it is removed for good meanwhile. */
import type { Readers } from '../store/readers.ts';
import type { View } from '../view/view.ts';

/**
 * A view, until it is closed, or its store: what it shows can be read whatever becomes of its label, of packs, and of
 * what collections take away. So can what is made of it, such as overlays and streams. What is read later may be gone.
 */
export interface HeldView extends View, AsyncDisposable {
  /** Lets collections remove for good what only this view still shows. Safe to call twice. */
  close(): Promise<void>;
}

/** Opens a view that is read from before its revision is resolved on. @throws what `open` throws */
export async function holdView(readers: Readers, open: () => Promise<View>): Promise<HeldView> {
  const reading = await readers.begin();
  const close = async (): Promise<void> => reading[Symbol.asyncDispose]();
  try {
    return Object.assign(await open(), { close, [Symbol.asyncDispose]: close });
  } catch (error) {
    await close();
    throw error;
  }
}
