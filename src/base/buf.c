#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_ROOM = 256 };

void gn_buf_fini(struct gn_buf *b)
{
    gn_free(b->data);
    *b = (struct gn_buf){0};
}

void gn_buf_clear(struct gn_buf *b)
{
    b->size = 0;
    b->failed = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

bool gn_buf_reserve(struct gn_buf *b, size_t size)
{
    size_t room = b->room < FIRST_ROOM ? FIRST_ROOM : b->room;
    char *data;

    if (b->failed)
        return false;
    if (size < b->room - b->size) /* one byte is kept for the NUL */
        return true;
    while (room - b->size <= size && room <= SIZE_MAX / 2)
        room *= 2;
    data = room - b->size > size ? gn_realloc(b->data, room) : NULL;
    if (data == NULL) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->room = room;
    return true;
}

void gn_buf_append(struct gn_buf *b, const void *data, size_t size)
{
    if (!gn_buf_reserve(b, size))
        return;
    if (size > 0)
        memcpy(b->data + b->size, data, size);
    b->size += size;
    b->data[b->size] = '\0';
}

void gn_buf_text(struct gn_buf *b, const char *text)
{
    gn_buf_append(b, text, strlen(text));
}

void gn_buf_byte(struct gn_buf *b, char byte)
{
    gn_buf_append(b, &byte, 1);
}

void gn_buf_vprintf(struct gn_buf *b, const char *format, va_list args)
{
    va_list again;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, args);
    if (n < 0) {
        b->failed = true;
    } else if (gn_buf_reserve(b, (size_t)n)) {
        vsnprintf(b->data + b->size, (size_t)n + 1, format, again);
        b->size += (size_t)n;
    }
    va_end(again);
}

void gn_buf_printf(struct gn_buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    gn_buf_vprintf(b, format, args);
    va_end(args);
}

bool gn_buf_failed(const struct gn_buf *b)
{
    return b->failed;
}

const char *gn_buf_cstr(const struct gn_buf *b)
{
    return b->data != NULL ? b->data : "";
}

char *gn_buf_take(struct gn_buf *b)
{
    char *data = b->failed || b->size == 0 ? NULL : b->data;

    if (data == NULL)
        gn_free(b->data);
    *b = (struct gn_buf){0};
    return data;
}
