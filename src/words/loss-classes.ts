/** Classes of lost records: enum cw_loss_class (bpf/event.h) after the outcomes, and the length of a row of losses. */
export const LOSS_CLASS = { accept: 11, closeClient: 12, closeServer: 13, process: 14, exit: 15, cgroup: 16, listen: 17 } as const;
export const LOSS_CLASSES = 18;
