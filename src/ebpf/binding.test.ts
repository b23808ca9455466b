import { describe, expect, it } from 'vitest';
import { ConnwatchError } from '../internal/errors.ts';
import { assertLayout, loadBinding } from './binding.ts';
import { EVENT_OFFSETS, EVENT_SIZE } from './layout.ts';
import { loadError } from './loading/load-error.ts';

const nativeError = (fields: object) => Object.assign(new Error('refused'), { libbpfLog: '', errno: 22, ...fields });

describe('the record layout', () => {
  it('is the same in C++ and TypeScript', () => {
    const native = loadBinding().layout();
    expect(native.offsets).toEqual(EVENT_OFFSETS);
    expect(native.size).toBe(EVENT_SIZE);
  });

  it.each([
    ['a moved field', { offsets: { ...EVENT_OFFSETS, cookie: 24 } }, 'field cookie at offset 24, expected 16'],
    ['an unknown field', { offsets: { ...EVENT_OFFSETS, extra: 4 } }, 'field extra at offset 4, expected none'],
    ['another size', { size: 128 }, '128 bytes, expected 104'],
    ['another version', { version: 1 }, 'version 1, expected 4'],
    ['another number of loss classes', { lossClasses: 16 }, '16 classes of losses, expected 18'],
    ['counts with another order', { handshakeColumn: 19 }, 'counts with other columns'],
    ['another number of outcomes', { outcomes: 12 }, '12 outcomes, expected 11'],
  ])('%s is refused', (_, change, reason) => {
    const native = { ...loadBinding().layout(), ...change };
    expect(() => assertLayout(native)).toThrow(reason);
  });
});

describe('loadError', () => {
  it.each([
    ['CW_LAYOUT', nativeError({ code: 'CW_LAYOUT' })],
    ['CW_PERMISSION', nativeError({ code: 'CW_BPF_LOAD', errno: 1 })],
    ['CW_PERMISSION', nativeError({ code: 'CW_BPF_ATTACH', errno: 13 })],
    ['CW_BPF_OPEN', nativeError({ code: 'CW_BPF_OPEN', errno: 13 })],
    ['CW_BPF_ATTACH', nativeError({ code: 'CW_BPF_ATTACH' })],
    ['CW_TRACEFS', Object.assign(nativeError({ code: 'CW_BPF_ATTACH', errno: 2 }), { message: 'cannot attach the program connwatch_connect: No such file or directory' })],
    ['CW_BPF_LOAD', nativeError({ code: 'CW_BPF_LOAD', libbpfLog: 'a\nb\nc\nd\n' })],
    ['CW_BPF_LOAD', nativeError({ code: 'CW_BPF_LOAD', errno: 13, libbpfLog: 'libbpf: -- BEGIN PROG LOAD LOG --\n' })],
    ['CW_BPF_LOAD', nativeError({ code: 'CW_SOMETHING_NEW' })],
  ])('%s', (code, thrown) => {
    const error = loadError(thrown);
    expect(error).toBeInstanceOf(ConnwatchError);
    expect(error.code).toBe(code);
    expect(error.hint).not.toBe('');
    expect(error.message).not.toContain('\n');
  });

  it('says what the kernel ran out of, not that it is too old', () => {
    expect(loadError(nativeError({ code: 'CW_BPF_LOAD', errno: 24 })).hint).toContain('ulimit -n');
    expect(loadError(nativeError({ code: 'CW_BPF_LOAD', errno: 12 })).hint).toContain('memory');
    expect(loadError(nativeError({ code: 'CW_BPF_LOAD', errno: 22 })).hint).toContain('BTF');
  });

  it("ends with the last lines of libbpf's log", () => {
    expect(loadError(nativeError({ code: 'CW_BPF_LOAD', libbpfLog: 'a\nb\nc\nd\n' })).message).toContain('b | c | d');
  });

  it("ends with the verifier's reason", () => {
    const log = ["libbpf: prog 'a': -- BEGIN PROG LOAD LOG --", '0: (b7) r0 = 0', 'infinite loop detected at insn 5', 'processed 9 insns (limit 1000000)', '-- END PROG LOAD LOG --', "libbpf: prog 'a': failed to load: -22", "libbpf: failed to load object 'x'"];
    expect(loadError(nativeError({ code: 'CW_BPF_LOAD', libbpfLog: `${log.join('\n')}\n` })).message).toContain("infinite loop detected at insn 5 | prog 'a': failed to load: -22");
  });

  it("says once that the log is libbpf's", () => {
    expect(loadError(nativeError({ code: 'CW_BPF_LOAD', libbpfLog: 'libbpf: a\nlibbpf: b\n' })).message).toContain(' libbpf: a | b');
  });
});
