/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Which cgroup a task is in, and its names, which user space gets once. */
#ifndef CONNWATCH_CGROUP_H
#define CONNWATCH_CGROUP_H

#include "emit.bpf.h"

#define CGROUP_LEVELS 16
#define CGROUP_NAME_LEN 256

/* The task's cgroup in the hierarchy of one v1 controller; NULL in v2, and at the root. */
static __always_inline struct cgroup *v1_cgroup(struct css_set *set, u32 controller)
{
	struct cgroup *cgroup = set->subsys[controller]->cgroup;

	return cgroup->root != set->dfl_cgrp->root && cgroup->level > 0 ? cgroup : NULL;
}

/*
 * The v2 cgroup, unless memory or pids are in a v1 hierarchy where the task is
 * below the root: on such hosts containers are told apart there, and the v2
 * hierarchy may not know them. User space knows whether there is one (`cgroup_v1`).
 */
static __always_inline struct cgroup *cgroup_of(struct task_struct *task, u64 *bit)
{
	struct css_set *set = task->cgroups;
	struct cgroup *other;

	*bit = 0;
	if (cgroup_v1 & CGROUP_V1_MEMORY &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) {
		other = v1_cgroup(set, bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
		if (other) {
			*bit = CW_CGROUP_MEMORY;
			return other;
		}
	}
	if (cgroup_v1 & CGROUP_V1_PIDS &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
		other = v1_cgroup(set, bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id));
		if (other) {
			*bit = CW_CGROUP_PIDS;
			return other;
		}
	}
	return set->dfl_cgrp;
}

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node)
{
	struct kernfs_node___rcu *newer = (void *)node;

	if (bpf_core_field_exists(newer->__parent))
		return BPF_CORE_READ(newer, __parent);
	return BPF_CORE_READ(node, parent);
}

/* The names as the kernel has them, so that neither mounts nor namespaces of
 * cgroups matter, nor whether the cgroup still is when somebody looks. */
static __noinline int send_cgroup(struct kernfs_node *node, u64 id)
{
	struct cw_cgroup *record = reserve(sizeof(*record), CW_CLASS_CGROUP);
	u32 length = 0;

	if (!record)
		return 0;
	record->version = CW_ABI_VERSION;
	record->kind = CW_KIND_CGROUP;
	record->flags = CW_FLAG_CUT_OFF;
	record->time = bpf_ktime_get_ns();
	record->id = id;
	for (int level = 0; level < CGROUP_LEVELS; level++) {
		struct kernfs_node *parent = parent_of(node);
		long got;

		if (!parent) { /* the root has no name */
			record->flags = 0;
			break;
		}
		if (length > CW_CGROUP_LEN - CGROUP_NAME_LEN)
			break;
		got = bpf_probe_read_kernel_str(record->names + length, CGROUP_NAME_LEN,
						BPF_CORE_READ(node, name));
		if (got <= 0 || got > CGROUP_NAME_LEN)
			break;
		length += got;
		node = parent;
	}
	record->length = length;
	submit(record);
	return 1;
}

/* False when the ring was full: to be tried again. */
static __always_inline bool tell_cgroup(struct kernfs_node *node, u64 id)
{
	u8 told = 1;

	if (bpf_map_lookup_elem(&cgroups, &id))
		return true;
	if (!send_cgroup(node, id))
		return false;
	bpf_map_update_elem(&cgroups, &id, &told, BPF_ANY);
	return true;
}

#endif
