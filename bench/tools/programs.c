// SPDX-License-Identifier: Apache-2.0
/*
 * programs [--stats] [OBJECT]: attaches the programs of OBJECT, then says, for
 * each line of its standard input, what is attached to tracepoints on this
 * machine and how long it ran. The kernel measures the time while --stats runs.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void attach_all(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;

	if (!object || bpf_object__load(object))
		err(1, "%s", path);
	bpf_object__for_each_program(program, object)
		if (!bpf_program__attach(program))
			err(1, "attach %s", bpf_program__name(program));
}

static bool print_program(unsigned int id, const char *tracepoint, bool first)
{
	struct bpf_prog_info info = { 0 };
	unsigned int length = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return false; /* gone meanwhile */
	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		err(1, "program %u", id);
	close(fd);
	printf("%s{\"id\":%u,\"name\":\"%s\",\"tracepoint\":\"%s\",\"ns\":%llu,\"hits\":%llu}", first ? "" : ",", id, info.name,
	       tracepoint, (unsigned long long)info.run_time_ns, (unsigned long long)info.run_cnt);
	return true;
}

static void print_attached(void)
{
	bool first = true;

	printf("[");
	for (unsigned int id = 0; !bpf_link_get_next_id(id, &id);) {
		char name[100] = "";
		struct bpf_link_info info = { 0 };
		unsigned int length = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		info.raw_tracepoint.tp_name = (unsigned long long)(unsigned long)name;
		info.raw_tracepoint.tp_name_len = sizeof(name);
		if (!bpf_obj_get_info_by_fd(fd, &info, &length) && info.type == BPF_LINK_TYPE_RAW_TRACEPOINT)
			first &= !print_program(info.prog_id, name, first);
		close(fd);
	}
	printf("]\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char line[100];

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--stats"))
			attach_all(argv[i]);
		else if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
			err(1, "measure how long programs run");
	}
	print_attached();
	while (fgets(line, sizeof(line), stdin))
		print_attached();
	return 0;
}
