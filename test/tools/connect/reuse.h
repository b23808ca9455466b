/* SPDX-License-Identifier: Apache-2.0 */
/* Three connects on one socket: after a failure, and after connect(AF_UNSPEC). */
#ifndef CONNGEN_CONNECT_REUSE_H
#define CONNGEN_CONNECT_REUSE_H

#include "connect/plain.h"

static void disconnect(int fd)
{
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	if (connect(fd, &nowhere, sizeof(nowhere)))
		fail("connect(AF_UNSPEC)");
}

static void connect_three_times(struct share *share, long index)
{
	const struct options *options = share->options;
	struct address refused = parse_address(options->address, options->refused_port);
	const struct address *to[] = { &refused, share->to, share->to };
	int fd = new_socket(share->to->storage.ss_family, options->mptcp);

	(void)index;
	for (int i = 0; i < 3; i++) {
		int error;

		share->truth.attempts++;
		error = try_connect(fd, to[i]);
		count_end(&share->truth, error);
		if (!error && i < 2) {
			/* The listener closes too: wait for it, so that nothing is under way. */
			read_to_end(fd);
			disconnect(fd);
		}
	}
	end_connection(fd, options->ending);
}

#endif
