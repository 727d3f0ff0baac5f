#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { ALIGNMENT = 16, FIRST_CHUNK = 4096, LAST_CHUNK = 1 << 20 };

struct gn_chunk {
    struct gn_chunk *older;
    size_t size; /* of bytes */
    _Alignas(ALIGNMENT) char bytes[];
};

void gn_arena_init(struct gn_arena *a, void *first, size_t size)
{
    *a = (struct gn_arena){
        .next = first, .left = size, .first = first, .first_size = size};
}

/* Chunks double, so that many small pieces need few of them. */
static size_t next_size(const struct gn_arena *a, size_t size)
{
    size_t chunk = a->held < FIRST_CHUNK ? FIRST_CHUNK : a->held;

    if (chunk > LAST_CHUNK)
        chunk = LAST_CHUNK;
    return size > chunk ? size : chunk;
}

static void *add_chunk(struct gn_arena *a, size_t size)
{
    const size_t room = next_size(a, size);
    struct gn_chunk *chunk;

    if (room > PTRDIFF_MAX - sizeof *chunk)
        return NULL;
    chunk = gn_realloc(NULL, sizeof *chunk + room);
    if (chunk == NULL)
        return NULL;
    chunk->older = a->chunks;
    chunk->size = room;
    a->chunks = chunk;
    a->held += room;
    a->next = chunk->bytes + size;
    a->left = room - size;
    return chunk->bytes;
}

static void *cut(struct gn_arena *a, size_t size)
{
    char *piece = a->next;

    if (size > SIZE_MAX - ALIGNMENT)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (size > a->left)
        return add_chunk(a, size);
    if (piece != NULL)
        a->next += size;
    a->left -= size;
    return piece != NULL ? piece : add_chunk(a, size);
}

void *gn_arena_alloc(struct gn_arena *a, size_t size)
{
    void *piece = cut(a, size);

    a->failed = a->failed || piece == NULL;
    return piece;
}

void *gn_arena_zeroed(struct gn_arena *a, size_t size)
{
    void *piece = gn_arena_alloc(a, size);

    return piece != NULL ? memset(piece, 0, size) : NULL;
}

char *gn_arena_copy(struct gn_arena *a, const void *data, size_t size)
{
    char *copy = size < SIZE_MAX ? gn_arena_alloc(a, size + 1) : NULL;

    if (copy != NULL) {
        if (size > 0)
            memcpy(copy, data, size);
        copy[size] = '\0';
    }
    return copy;
}

char *gn_arena_text(struct gn_arena *a, const char *text)
{
    return text != NULL ? gn_arena_copy(a, text, strlen(text)) : NULL;
}

const char **gn_arena_texts(struct gn_arena *a, const char *const *texts,
                            size_t count)
{
    const char **copies = gn_arena_zeroed(a, (count + 1) * sizeof *copies);

    for (size_t i = 0; i < count && copies != NULL; i++)
        copies[i] = gn_arena_text(a, texts[i]);
    return copies != NULL && !a->failed ? copies : NULL;
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
    text = size >= 0 ? gn_arena_alloc(a, (size_t)size + 1) : NULL;
    if (text != NULL)
        vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

void gn_arena_rewind(struct gn_arena *a)
{
    struct gn_chunk *largest = NULL;

    for (struct gn_chunk *chunk = a->chunks; chunk != NULL;) {
        struct gn_chunk *older = chunk->older;

        if (largest == NULL || chunk->size > largest->size) {
            gn_free(largest);
            largest = chunk;
        } else {
            gn_free(chunk);
        }
        chunk = older;
    }
    gn_arena_init(a, a->first, a->first_size);
    if (largest == NULL)
        return;
    largest->older = NULL;
    a->chunks = largest;
    a->next = largest->bytes;
    a->left = largest->size;
    a->held = largest->size;
}

void gn_arena_clear(struct gn_arena *a)
{
    while (a->chunks != NULL) {
        struct gn_chunk *older = a->chunks->older;

        gn_free(a->chunks);
        a->chunks = older;
    }
    gn_arena_init(a, a->first, a->first_size);
}
