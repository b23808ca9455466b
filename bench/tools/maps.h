/* SPDX-License-Identifier: Apache-2.0 */
/* The maps of a process that runs, taken into an object that is to be loaded. */
#ifndef BENCH_MAPS_H
#define BENCH_MAPS_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the programs write to; others of bpf/base/maps.bpf.h are not made. */
static const char *const SHARED[] = { "events", "losses", ".bss" };

/* The kernel cuts the name of a .bss to the end of `object.bss`. */
static bool is_called(const char *name, const char *wanted)
{
	size_t length = strlen(name), end = strlen(wanted);

	return *wanted == '.' ? length >= end && !strcmp(name + length - end, wanted) : !strcmp(name, wanted);
}

static unsigned int map_id_of(const char *pid, const char *fd)
{
	char path[300], line[100];
	unsigned int id = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, fd);
	file = fopen(path, "r");
	while (file && !id && fgets(line, sizeof(line), file))
		sscanf(line, "map_id: %u", &id);
	if (file)
		fclose(file);
	return id;
}

/* A descriptor of ours for the map of this name that the process holds. */
static int map_of(const char *pid, const char *wanted)
{
	char path[100];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	folder = opendir(path);
	if (!folder)
		err(1, "%s", path);
	while ((entry = readdir(folder))) {
		unsigned int id = map_id_of(pid, entry->d_name);
		struct bpf_map_info info = { 0 };
		unsigned int length = sizeof(info);
		int fd = id ? bpf_map_get_fd_by_id(id) : -1;

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &length) && is_called(info.name, wanted)) {
			closedir(folder);
			return fd;
		}
		if (fd >= 0)
			close(fd);
	}
	errx(1, "process %s has no map %s", pid, wanted);
}

/* Loads the object with the maps of the process, or, when pid is NULL, with maps of its own. */
static struct bpf_object *load_with_maps_of(const char *pid, const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *map;

	if (!object)
		err(1, "%s", path);
	bpf_object__for_each_map(map, object) {
		bool shared = false;

		for (size_t i = 0; i < sizeof(SHARED) / sizeof(*SHARED); i++) {
			if (!is_called(bpf_map__name(map), SHARED[i]))
				continue;
			shared = true;
			if (!pid)
				continue;
			if (bpf_map__reuse_fd(map, map_of(pid, SHARED[i])))
				err(1, "map %s", SHARED[i]);
		}
		if (!shared && !bpf_map__is_internal(map))
			bpf_map__set_autocreate(map, false);
	}
	if (bpf_object__load(object))
		err(1, "load %s", path);
	return object;
}

#endif
