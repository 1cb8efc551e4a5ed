export async function measureParts() {}
