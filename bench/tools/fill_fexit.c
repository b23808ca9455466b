// SPDX-License-Identifier: Apache-2.0
/*
 * fill_fexit FUNCTION...: takes every place that the kernel has for fexit programs
 * on these functions (include/linux/bpf.h, BPF_MAX_TRAMP_LINKS), with programs that
 * do nothing, so that it refuses more as a kernel without fexit does. Says how many,
 * and gives them back when its standard input ends.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>

/* A program of its own for each place: the kernel takes none twice. */
static int load(const char *function)
{
	const struct bpf_insn body[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
					 { .code = BPF_JMP | BPF_EXIT } };
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FEXIT);
	int id = libbpf_find_vmlinux_btf_id(function, BPF_TRACE_FEXIT);
	int fd;

	if (id <= 0)
		errx(1, "the kernel has no %s", function);
	options.attach_btf_id = (unsigned int)id;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "fill_fexit", "Dual BSD/GPL", body, 2, &options);
	if (fd < 0)
		err(1, "load a program for %s", function);
	return fd;
}

/* The links end with this process. */
static int fill(const char *function)
{
	int places = 0;

	while (bpf_raw_tracepoint_open(NULL, load(function)) >= 0)
		places++;
	if (errno != E2BIG)
		err(1, "attach a program to %s", function);
	return places;
}

int main(int argc, char **argv)
{
	printf("{");
	for (int i = 1; i < argc; i++)
		printf("%s\"%s\":%d", i > 1 ? "," : "", argv[i], fill(argv[i]));
	printf("}\n");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
