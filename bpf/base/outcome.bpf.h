/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Why a connect failed: the socket's error, else who gave up and when. */
#ifndef CONNWATCH_OUTCOME_H
#define CONNWATCH_OUTCOME_H

#include "event.h"

/* include/uapi/asm-generic/errno*.h; the same on x86 and arm64. */
enum {
	CW_EPERM = 1,
	CW_EACCES = 13,
	CW_EPIPE = 32,
	CW_EADDRNOTAVAIL = 99,
	CW_ENETDOWN = 100,
	CW_ENETUNREACH = 101,
	CW_ECONNRESET = 104,
	CW_ETIMEDOUT = 110,
	CW_ECONNREFUSED = 111,
	CW_EHOSTDOWN = 112,
	CW_EHOSTUNREACH = 113,
};

static __always_inline cw_u8 outcome_of_error(int error)
{
	switch (error) {
	case CW_ECONNREFUSED:
		return CW_OUT_REFUSED;
	case CW_ETIMEDOUT:
		return CW_OUT_TIMEOUT;
	case CW_ECONNRESET:
		return CW_OUT_RESET;
	case CW_EHOSTUNREACH:
	case CW_EHOSTDOWN:
		return CW_OUT_HOST_UNREACHABLE;
	case CW_ENETUNREACH:
	case CW_ENETDOWN:
		return CW_OUT_NETWORK_UNREACHABLE;
	case CW_EADDRNOTAVAIL:
		return CW_OUT_ADDRESS_UNAVAILABLE;
	case CW_EPERM:
	case CW_EACCES:
		return CW_OUT_PERMISSION_DENIED;
	default:
		return CW_OUT_OTHER;
	}
}

/*
 * SYN_SENT -> CLOSE. With no error in the socket either its owner closed it: after
 * a SYN had to be sent again nobody had answered, before that the owner did not
 * want to wait. Or no SYN was ever queued: connect() itself fails (tcp_v4_connect:
 * inet_hash_connect found no free local port and returns the error to the caller
 * alone), or a Fast Open that waits for data was ended without any.
 */
static __always_inline cw_u8 outcome_of_failure(int error, bool syn_queued, bool deferred,
						cw_u32 retransmits)
{
	if (error)
		return outcome_of_error(error);
	if (!syn_queued && !deferred)
		return CW_OUT_ADDRESS_UNAVAILABLE;
	return retransmits ? CW_OUT_UNANSWERED : CW_OUT_CANCELLED;
}

/* Linux: TCP_TIMEOUT_INIT, until the first SYN is sent again. */
#define CW_SYN_TIMEOUT_NS 1000000000ULL

/*
 * The error of a connect that a packet or a timer has ended, by what is left in the socket. A connect() that
 * blocks takes the error away and clears the count of retransmissions (tcp_disconnect), so that only
 * the time is left: a refusal comes within a round trip.
 */
static __always_inline int error_that_was(int error, cw_u32 retransmits, cw_u64 ns)
{
	if (error)
		return error;
	return retransmits || ns >= CW_SYN_TIMEOUT_NS ? CW_ETIMEDOUT : CW_ECONNREFUSED;
}

#endif
