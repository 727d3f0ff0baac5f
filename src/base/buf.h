/*
 * buf.h - bytes that grow. A failed allocation is remembered in the buffer, so
 * that a row of appends needs one check, at its end (gn_buf_failed).
 *
 * Thread: one at a time.
 */
#ifndef GN_BASE_BUF_H
#define GN_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty buffer. */
struct gn_buf {
    char *data; /* size bytes and a NUL, once anything was appended */
    size_t size;
    size_t room;
    bool failed; /* memory ran out: what was appended is not complete */
};

/* Frees the bytes; the buffer is empty again. */
void gn_buf_fini(struct gn_buf *b);

/* Empties it, keeping its memory, and forgets a failure. */
void gn_buf_clear(struct gn_buf *b);

void gn_buf_append(struct gn_buf *b, const void *data, size_t size);
void gn_buf_text(struct gn_buf *b, const char *text);
void gn_buf_byte(struct gn_buf *b, char byte);
void gn_buf_printf(struct gn_buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void gn_buf_vprintf(struct gn_buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Makes room for size more bytes. false: it failed. */
bool gn_buf_reserve(struct gn_buf *b, size_t size);

/* true: an append failed since the last clear. */
bool gn_buf_failed(const struct gn_buf *b);

/* The bytes as NUL-terminated text; "" while empty. Borrowed until the next
 * append. */
const char *gn_buf_cstr(const struct gn_buf *b);

/* Gives the bytes (free with gn_free) and empties the buffer; NULL if it
 * failed or is empty. */
char *gn_buf_take(struct gn_buf *b);

#endif
