// yaml is slow to load and needed only for files, so this module is imported when it is needed.
// Not the package itself: of a CommonJS one that is imported dynamically, esbuild's bundle
// keeps the default export only.
export { Document, isMap, isScalar, isSeq, LineCounter, Pair, parseDocument, Scalar, YAMLMap } from 'yaml';
