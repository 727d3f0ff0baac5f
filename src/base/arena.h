/*
 * arena.h - memory that is freed all at once: pieces cut from few chunks. That
 * a piece was refused is remembered, so that a row of copies needs one check.
 *
 * Thread: one at a time.
 */
#ifndef GN_BASE_ARENA_H
#define GN_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct gn_chunk;

/* All zero is an empty arena without first memory. */
struct gn_arena {
    char *next;              /* where the next piece is cut */
    size_t left;             /* bytes after it in the current chunk */
    struct gn_chunk *chunks; /* newest first; without the first memory */
    char *first;             /* the caller's memory, cut first; may be NULL */
    size_t first_size;
    size_t held; /* bytes in chunks */
    bool failed; /* memory ran out since the last clear */
};

/* Starts an arena in size bytes of the caller's memory (aligned for any type),
 * which outlives it; NULL and 0: none. */
void gn_arena_init(struct gn_arena *a, void *first, size_t size);

/* size bytes, aligned for any type, not zeroed; NULL: no memory. */
void *gn_arena_alloc(struct gn_arena *a, size_t size);

/* The same, zeroed. */
void *gn_arena_zeroed(struct gn_arena *a, size_t size);

/* A copy of size bytes at data, a NUL after them; NULL: no memory. */
char *gn_arena_copy(struct gn_arena *a, const void *data, size_t size);

/* A copy of text, which may be NULL: then NULL is no failure. */
char *gn_arena_text(struct gn_arena *a, const char *text);

/* Copies of count texts, NULL after them; NULL: no memory. */
const char **gn_arena_texts(struct gn_arena *a, const char *const *texts,
                            size_t count);

/* A formatted text; NULL: no memory. */
char *gn_arena_printf(struct gn_arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees all pieces, but keeps its largest chunk to cut from: for those who fill
 * it over and over. */
void gn_arena_rewind(struct gn_arena *a);

/* Frees all pieces; the arena can be used again. */
void gn_arena_clear(struct gn_arena *a);

#endif
