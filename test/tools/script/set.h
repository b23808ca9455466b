/* SPDX-License-Identifier: Apache-2.0 */
/* Socket options by name. */
#ifndef CONNGEN_SCRIPT_SET_H
#define CONNGEN_SCRIPT_SET_H

#include <fcntl.h>

#include "script/socket.h"

static const struct setting {
	const char *name;
	int level, option;
} SETTINGS[] = {
	{ "reuseaddr", SOL_SOCKET, SO_REUSEADDR },
	{ "reuseport", SOL_SOCKET, SO_REUSEPORT },
	{ "keepalive", SOL_SOCKET, SO_KEEPALIVE },
	{ "receive-buffer", SOL_SOCKET, SO_RCVBUF },
	{ "v6only", IPPROTO_IPV6, IPV6_V6ONLY },
	{ "bind-no-port", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT },
	{ "fastopen", IPPROTO_TCP, TCP_FASTOPEN },
	{ "fastopen-connect", IPPROTO_TCP, TCP_FASTOPEN_CONNECT },
	{ "defer-accept", IPPROTO_TCP, TCP_DEFER_ACCEPT },
	{ "user-timeout", IPPROTO_TCP, TCP_USER_TIMEOUT },
	{ "syn-count", IPPROTO_TCP, TCP_SYNCNT },
	{ "linger2", IPPROTO_TCP, TCP_LINGER2 },
	{ "keep-idle", IPPROTO_TCP, TCP_KEEPIDLE },
	{ "keep-interval", IPPROTO_TCP, TCP_KEEPINTVL },
	{ "keep-count", IPPROTO_TCP, TCP_KEEPCNT },
};

/* set SLOT NAME [VALUE]; a switch has the value 1 when none is given */
static int run_set(struct script *script, char **words)
{
	int fd = slot_of(script, words[1])->fd;
	int value = words[3] ? atoi(words[3]) : 1;

	if (!strcmp(words[2], "nonblock"))
		return fcntl(fd, F_SETFL, value ? O_NONBLOCK : 0) ? errno : 0;
	if (!strcmp(words[2], "linger")) {
		struct linger linger = { .l_onoff = 1, .l_linger = words[3] ? value : 0 };

		return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) ? errno : 0;
	}
	if (!strcmp(words[2], "send-timeout")) {
		struct timeval time = { .tv_sec = value / 1000, .tv_usec = value % 1000 * 1000 };

		return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)) ? errno : 0;
	}
	for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(*SETTINGS); i++)
		if (!strcmp(words[2], SETTINGS[i].name))
			return setsockopt(fd, SETTINGS[i].level, SETTINGS[i].option, &value, sizeof(value)) ? errno : 0;
	usage_error("set", words[2]);
}

#endif
