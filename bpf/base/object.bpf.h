/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What every object holds. */
#ifndef CONNWATCH_OBJECT_H
#define CONNWATCH_OBJECT_H

#include "base/maps.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* So that the object's BTF holds the layout, which the addon compares with its own. */
const struct cw_event *layout_event __attribute__((unused));
const struct cw_process *layout_process __attribute__((unused));
const struct cw_listen *layout_listen __attribute__((unused));
const struct cw_cgroup *layout_cgroup __attribute__((unused));
const struct cw_netns *layout_netns __attribute__((unused));

#endif
