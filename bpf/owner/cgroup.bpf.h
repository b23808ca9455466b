/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Which cgroup a task is in, and its names, which user space gets once. */
#ifndef CONNWATCH_CGROUP_H
#define CONNWATCH_CGROUP_H

#include "base/emit.bpf.h"

#define CGROUP_LEVELS 16
#define CGROUP_NAME_LEN 256

/* The task's cgroup in the hierarchy of one v1 controller, and its level; NULL in v2, and where it is not below `level`. */
static __always_inline struct cgroup *v1_cgroup(struct css_set *set, u32 controller, int *level)
{
	struct cgroup *cgroup = GET_VIA_PLACE(set, subsys, controller, cgroup);
	int found = GET(cgroup, level);

	if (found <= *level || GET(cgroup, root) == GET_VIA(set, dfl_cgrp, root))
		return NULL;
	*level = found;
	return cgroup;
}

/*
 * Where a task is. v1: in the hierarchy of memory or of pids, where it is deeper: `/system.slice` names less than
 * `/system.slice/nginx.service`. NULL: at the root of both, or there is none.
 */
struct places {
	struct kernfs_node *v1;
	struct kernfs_node *v2;
	u64 id;
};

/*
 * On hosts with v1 hierarchies a container or a unit may have a cgroup in one of the two only, so
 * that both count. User space knows whether there is one (`cgroup_v1`).
 */
static __always_inline void find_places(struct task_struct *task, struct places *places)
{
	struct css_set *set = GET(task, cgroups);
	struct kernfs_node *v2;
	struct cgroup *v1 = NULL;
	u64 bit = 0;
	int level = 0;

	v2 = GET_VIA(set, dfl_cgrp, kn);
	places->v2 = v2;
	if (cgroup_v1 & CGROUP_V1_MEMORY &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) {
		v1 = v1_cgroup(set, bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id), &level);
		bit = CW_CGROUP_MEMORY;
	}
	if (cgroup_v1 & CGROUP_V1_PIDS &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
		struct cgroup *pids =
			v1_cgroup(set, bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id), &level);

		if (pids) {
			v1 = pids;
			bit = CW_CGROUP_PIDS;
		}
	}
	if (v1) {
		places->v1 = GET(v1, kn);
		places->id = bit | (GET_VIA(v1, kn, id) & CW_CGROUP_HALF) << 31 |
			     (GET(v2, id) & CW_CGROUP_HALF);
	} else {
		places->v1 = NULL;
		places->id = GET(v2, id);
	}
}

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node)
{
	struct kernfs_node___rcu *newer = (void *)node;

	if (bpf_core_field_exists(newer->__parent))
		return BPF_CORE_READ(newer, __parent);
	return BPF_CORE_READ(node, parent);
}

/* Returns how many bytes of names it has written, and sets the flag if there are more. */
static __always_inline u32 write_names(struct cw_cgroup *record, u8 *names, struct kernfs_node *node, u16 cut_off)
{
	u32 length = 0;

	record->flags |= cut_off;
	for (int level = 0; level < CGROUP_LEVELS; level++) {
		struct kernfs_node *parent = parent_of(node);
		long got;

		if (!parent) { /* the root has no name */
			record->flags &= ~cut_off;
			break;
		}
		if (length > CW_CGROUP_LEN - CGROUP_NAME_LEN)
			break;
		got = bpf_probe_read_kernel_str(names + length, CGROUP_NAME_LEN,
						BPF_CORE_READ(node, name));
		if (got <= 0 || got > CGROUP_NAME_LEN)
			break;
		length += got;
		node = parent;
	}
	return length;
}

/* The names as the kernel has them, so that neither mounts nor namespaces of
 * cgroups matter, nor whether the cgroup still is when somebody looks. */
static __noinline int describe_cgroup(struct cw_cgroup *record, struct task_struct *task)
{
	struct places places;

	find_places(task, &places);
	record->version = CW_ABI_VERSION;
	record->kind = CW_KIND_CGROUP;
	record->flags = 0;
	record->id = places.id;
	record->length = write_names(record, record->names, places.v2, CW_FLAG_CUT_OFF);
	record->v1_length = 0;
	if (places.v1)
		record->v1_length = write_names(record, record->v1_names, places.v1, CW_FLAG_CUT_OFF_V1);
	return 0;
}

/* The ring is full: user space looks here at each cut. The time is written last. */
static __noinline int keep_cgroup(struct task_struct *task, u64 id)
{
	struct cw_cgroup *record = &kept_cgroups[id & (CW_KEPT_CGROUPS - 1)];

	if (__sync_val_compare_and_swap(&record->time, 0, CW_CGROUP_BUSY)) {
		count_loss(CW_LOSS_RING_FULL, CW_CLASS_CGROUP);
		return 0;
	}
	describe_cgroup(record, task);
	__sync_lock_test_and_set(&record->time, bpf_ktime_get_ns());
	return 1;
}

static __always_inline int send_cgroup(struct task_struct *task, u64 id)
{
	struct cw_cgroup *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

	if (!record)
		return keep_cgroup(task, id);
	describe_cgroup(record, task);
	record->time = bpf_ktime_get_ns();
	submit(record);
	return 1;
}

/* False when there was no room: to be tried again. */
static __always_inline bool tell_cgroup(struct task_struct *task, u64 id)
{
	u8 told = 1;

	if (bpf_map_lookup_elem(&cgroups, &id))
		return true;
	if (!send_cgroup(task, id))
		return false;
	bpf_map_update_elem(&cgroups, &id, &told, BPF_ANY);
	return true;
}

#endif
