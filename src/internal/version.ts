// esbuild replaces both names in the bundle; in the sources they do not exist.
declare const __CONNWATCH_VERSION__: string | undefined;
declare const __CONNWATCH_COMMIT__: string | undefined;

/** Version of the package, `dev` when run from source. */
export const version: string = typeof __CONNWATCH_VERSION__ === 'string' ? __CONNWATCH_VERSION__ : 'dev';

/** Commit it was built from, `dev` when run from source. */
export const commit: string = typeof __CONNWATCH_COMMIT__ === 'string' ? __CONNWATCH_COMMIT__ : 'dev';
