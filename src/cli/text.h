/*
 * text.h - text as a terminal shows it: how wide it is, how to cut it, and what
 * to write in place of bytes that a terminal would obey.
 *
 * Thread: any, after gn_text_init.
 */
#ifndef GN_CLI_TEXT_H
#define GN_CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Chooses UTF-8 for this process, whatever the environment says; at the
 * start, before other threads. */
void gn_text_init(void);

/* Appends size bytes of text to out, at most width columns wide (SIZE_MAX: no
 * bound; a cut text ends in an ellipsis), control characters and bytes that are
 * not UTF-8 written visibly (\n, \x1b). Returns the columns used. out may be
 * NULL: only measures. */
size_t gn_text_show(struct gn_buf *out, const char *text, size_t size,
                    size_t width);

/* 1234567 as "1,234,567". */
void gn_text_count(uint64_t count, char text[32]);

/* What a noun takes behind count: "" for one, else "s". */
const char *gn_text_plural(uint64_t count);

/* us microseconds for people, three digits: "850 us", "1.25 ms", "12.5 s",
 * "3m20s", "2d04h". */
void gn_text_duration(int64_t us, char text[32]);

#endif
