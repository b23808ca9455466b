/* SPDX-License-Identifier: Apache-2.0 */
/* Connects that wait for whatever comes, by one thread or several. */
#ifndef CONNGEN_CONNECT_PLAIN_H
#define CONNGEN_CONNECT_PLAIN_H

#include <pthread.h>
#include <sys/prctl.h>

#include "address.h"
#include "clock.h"
#include "ending.h"
#include "options.h"
#include "truth.h"

struct share {
	const struct options *options;
	const struct address *to;
	void (*one)(struct share *share, long index); /* one round: a connect or a few */
	int first; /* rounds first, first + threads, ... */
	int64_t start;
	struct truth truth;
	pthread_t thread;
};

static int try_connect(int fd, const struct address *to)
{
	return connect(fd, (const struct sockaddr *)&to->storage, to->length) ? errno : 0;
}

static void connect_once(struct share *share, long index)
{
	const struct options *options = share->options;
	int fd = new_socket(share->to->storage.ss_family, options->mptcp);
	struct address peer;
	int error;

	if (options->sources)
		bind_source(fd, index, options->sources);
	share->truth.attempts++;
	peer = options->peers ? peer_of(share->to, index, options->peers) : *share->to;
	error = try_connect(fd, &peer);
	count_end(&share->truth, error);
	if (error) {
		close(fd);
		return;
	}
	wait_ms(options->linger);
	end_connection(fd, options->ending);
}

static void *run_share(void *argument)
{
	struct share *share = argument;
	const struct options *options = share->options;

	if (options->thread_name)
		prctl(PR_SET_NAME, options->thread_name);
	for (long i = share->first; i < options->count; i += options->threads) {
		if (options->rate)
			wait_until(share->start + i * SECOND / options->rate);
		share->one(share, i);
	}
	return NULL;
}

/* Divides the rounds among the threads. One without a name of its own needs no thread. */
static struct truth run_shares(const struct options *options, const struct address *to,
			       void (*one)(struct share *, long))
{
	struct share *shares = calloc((size_t)options->threads, sizeof(*shares));
	bool here = options->threads == 1 && !options->thread_name;
	int64_t start = now_ns();
	struct truth sum = { 0 };

	if (!shares)
		fail("memory");
	for (int i = 0; i < options->threads; i++) {
		shares[i] = (struct share){ .options = options, .to = to, .one = one, .first = i, .start = start };
		if (here)
			run_share(&shares[i]);
		else if (pthread_create(&shares[i].thread, NULL, run_share, &shares[i]))
			fail("thread");
	}
	for (int i = 0; i < options->threads; i++) {
		if (!here)
			pthread_join(shares[i].thread, NULL);
		add_truth(&sum, &shares[i].truth);
	}
	free(shares);
	return sum;
}

#endif
