import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** A lazy import of a package. */
const LAZY_PACKAGE = {
  selector: 'ImportExpression[source.value=/^(?!\\.|node:)/]',
  message: "Import a module of ours that imports the package: esbuild's bundle keeps only the default export of CommonJS.",
};

/** An error without a code. */
const PLAIN_ERROR = {
  selector: 'NewExpression[callee.name=/^(Error|TypeError|RangeError|AggregateError)$/]',
  message: 'Make a ConnwatchError or JoinedError: every error has a code (src/internal/codes.ts). What is wrong with a text is Invalid.',
};

/** Modules by which code could load the addon. */
const ADDON_LOADERS = {
  paths: [{ name: 'node:module', importNames: ['createRequire'], message: 'src/ebpf/binding.ts alone loads the addon; src/ebpf/loading/built-file.ts looks for its package.' }],
};

export default defineConfig(
  // Examples are programs of users; a test compiles and runs them.
  globalIgnores(['dist/', 'build/', '.cache/', 'coverage/', 'docs/examples/']),
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Numbers and booleans read well in a message.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // noUncheckedIndexedAccess makes every element possibly undefined, also where a loop's bound says it is not.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Arrow functions that pass a void result on are how handlers are written here.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // An interface may ask for a promise where one implementation needs none.
      '@typescript-eslint/require-await': 'off',
      // Types do not show what an await or a callback changes meanwhile, nor what Node.js or a caller
      // without types really passes.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'off',
      // `using _ = ...` is disposed of, and not read.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
      // A hook may be synchronous or not: `void | Promise<void>`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/ebpf/binding.ts', 'src/ebpf/loading/built-file.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', ADDON_LOADERS],
      'no-restricted-syntax': ['error', LAZY_PACKAGE, PLAIN_ERROR],
    },
  },
  {
    // What src/export reports gets its code where it is logged; a chart is made by the tests.
    files: ['src/export/**/*.ts', 'src/internal/errors.ts', 'src/config/generated/chart.ts', 'src/**/*fixture*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', LAZY_PACKAGE] },
  },
  {
    // Vitest's matchers and fakes are loosely typed.
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        AbortController: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        clearInterval: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        module: 'writable',
        performance: 'readonly',
        process: 'readonly',
        setInterval: 'readonly',
        setTimeout: 'readonly',
      },
    },
    rules: { eqeqeq: ['error', 'always'], 'no-unused-vars': ['error', { varsIgnorePattern: '^_' }] },
  },
);
