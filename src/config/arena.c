#include "config/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Chunks double up to the size from which the C library gives memory back to
 * the system when it is freed. */
enum { FIRST_ROOM = 1024, LAST_ROOM = 256 * 1024 };

struct gn_arena_chunk {
    struct gn_arena_chunk *next;
    size_t used;
    size_t room;
    max_align_t bytes[];
};

void gn_arena_fini(struct gn_arena *a)
{
    while (a->chunks != NULL) {
        struct gn_arena_chunk *next = a->chunks->next;

        gn_free(a->chunks);
        a->chunks = next;
    }
    a->failed = false;
}

static bool add_chunk(struct gn_arena *a, size_t size)
{
    const size_t last = a->chunks != NULL ? a->chunks->room : FIRST_ROOM / 2;
    size_t room = last < LAST_ROOM ? last * 2 : LAST_ROOM;
    struct gn_arena_chunk *chunk;

    if (room < size)
        room = size;
    chunk = gn_alloc(sizeof *chunk + room);
    if (chunk == NULL)
        return false;
    chunk->room = room;
    chunk->next = a->chunks;
    a->chunks = chunk;
    return true;
}

/* size bytes at a place that is a multiple of align. */
static void *take(struct gn_arena *a, size_t size, size_t align)
{
    size_t at = 0;

    if (a->chunks != NULL)
        at = (a->chunks->used + align - 1) / align * align;
    if (a->failed || size > SIZE_MAX / 2 ||
        ((a->chunks == NULL || at > a->chunks->room ||
          size > a->chunks->room - at) &&
         !add_chunk(a, size))) {
        a->failed = true;
        return NULL;
    }
    if (a->chunks->used == 0)
        at = 0; /* the chunk is a new one */
    a->chunks->used = at + size;
    return (char *)a->chunks->bytes + at;
}

void *gn_arena_alloc(struct gn_arena *a, size_t size)
{
    return take(a, size > 0 ? size : 1, _Alignof(max_align_t));
}

char *gn_arena_memdup(struct gn_arena *a, const void *data, size_t size)
{
    char *copy = size < SIZE_MAX ? take(a, size + 1, 1) : NULL;

    if (copy != NULL && size > 0)
        memcpy(copy, data, size); /* chunks are zeroed: the NUL is there */
    return copy;
}

char *gn_arena_strdup(struct gn_arena *a, const char *text)
{
    return text != NULL ? gn_arena_memdup(a, text, strlen(text)) : NULL;
}

char *gn_arena_printf(struct gn_arena *a, const char *format, ...)
{
    va_list args;
    va_list again;
    char *text;
    int size;

    va_start(args, format);
    va_copy(again, args);
    size = vsnprintf(NULL, 0, format, args);
    text = size >= 0 ? take(a, (size_t)size + 1, 1) : NULL;
    if (text != NULL)
        vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}
