/*
 * held.h - a text that SQL gave a function, held over many rows: without a copy
 * if it lies in the job's body, which stays where it is; else as a copy.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_HELD_H
#define GN_EXTRACT_HELD_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

/* Bytes that stay until the end of the job. */
struct gn_body {
    const char *data;
    size_t size;
};

struct gn_held {
    const char *data; /* NULL: the value is NULL */
    size_t size;
    char *copy;
};

/* Holds the text (or bytes) of value, without a byte order mark.
 * false: no memory. */
bool gn_held_init(struct gn_held *h, const struct gn_body *body,
                  sqlite3_value *value);
void gn_held_fini(struct gn_held *h);

#endif
