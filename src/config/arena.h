/*
 * arena.h - many small pieces of memory that are freed together. Like a
 * gn_buf it remembers a failure, so that a row of copies needs one check.
 *
 * Thread: one at a time.
 */
#ifndef GN_CONFIG_ARENA_H
#define GN_CONFIG_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct gn_arena_chunk;

/* All zero is an empty arena. */
struct gn_arena {
    struct gn_arena_chunk *chunks; /* the first is the one being filled */
    bool failed;                   /* a piece was refused: out of memory */
};

/* Frees all pieces; the arena is empty again. */
void gn_arena_fini(struct gn_arena *a);

/* size zeroed bytes, aligned for anything, or NULL. */
void *gn_arena_alloc(struct gn_arena *a, size_t size);

/* A copy of size bytes with a NUL after them, or NULL. */
char *gn_arena_memdup(struct gn_arena *a, const void *data, size_t size);

/* A copy of text; NULL stays NULL. */
char *gn_arena_strdup(struct gn_arena *a, const char *text);

/* A formatted text, or NULL. */
char *gn_arena_printf(struct gn_arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
