/*
 * json.h - writes JSON (RFC 8259) into a buffer, commas included. What cannot
 * be said in JSON is written as the nearest that can: bytes that are not UTF-8
 * as U+FFFD, NaN and infinities as null.
 *
 * Thread: one at a time. Out of memory shows in gn_buf_failed(j->out).
 */
#ifndef GN_BASE_JSON_H
#define GN_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct gn_json {
    struct gn_buf *out; /* borrowed */
    bool comma;         /* a comma goes before the next value */
};

void gn_json_init(struct gn_json *j, struct gn_buf *out);

/* bracket is one of { [ } ] */
void gn_json_open(struct gn_json *j, char bracket);
void gn_json_close(struct gn_json *j, char bracket);

/* The next value's name, inside an object. */
void gn_json_key(struct gn_json *j, const char *key);

void gn_json_text_n(struct gn_json *j, const char *text, size_t size);
/* NULL is written as null. */
void gn_json_text(struct gn_json *j, const char *text);
void gn_json_integer(struct gn_json *j, int64_t integer);
/* As short as reads back to the same number. */
void gn_json_real(struct gn_json *j, double real);
/* digits is a number in JSON; it is written as it is. */
void gn_json_number(struct gn_json *j, const char *digits);
void gn_json_bool(struct gn_json *j, bool value);
void gn_json_null(struct gn_json *j);

#endif
