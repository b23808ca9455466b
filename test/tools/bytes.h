/* SPDX-License-Identifier: Apache-2.0 */
/* Names of any bytes: from an argument, and into JSON. */
#ifndef CONNGEN_BYTES_H
#define CONNGEN_BYTES_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Turns `\xHH` into that byte, in place; everything else stays. NUL cannot be in a name, so \x00 ends it. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (from[0] == '\\' && from[1] == 'x' && isxdigit((unsigned char)from[2]) &&
		    isxdigit((unsigned char)from[3])) {
			char digits[3] = { from[2], from[3], 0 };

			*to++ = (char)strtol(digits, NULL, 16);
			from += 3;
		} else {
			*to++ = *from;
		}
	}
	*to = 0;
}

/* A JSON string in which each byte is the character of its number (latin-1). */
static void print_json_bytes(const char *bytes)
{
	putchar('"');
	for (const unsigned char *at = (const unsigned char *)bytes; *at; at++) {
		if (*at < 0x20 || *at > 0x7e || *at == '"' || *at == '\\')
			printf("\\u%04x", *at);
		else
			putchar(*at);
	}
	putchar('"');
}

#endif
