// Kept for tools outside of this repository, which import it by this name.
export * from './vm/kernels.mjs';
