// Loaded before everything else (node --import): whoever asks for the addon gets the one with sanitizers.
import { at } from '../harness/paths.ts';

const load = process.dlopen;
const [plain, sanitized] = [at('build', 'connwatch.node'), at('build', 'asan', 'connwatch.node')];
process.dlopen = (module, file, ...rest) => load.call(process, module, file === plain ? sanitized : file, ...rest);
