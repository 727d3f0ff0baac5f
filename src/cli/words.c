#include "cli/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static bool is_part(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '_' || c == '$' ||
           (c & 0x80) != 0;
}

static bool is_name(const char *text, size_t size)
{
    const size_t from = size > 0 && (text[0] == '.' || text[0] == ':') ? 1 : 0;

    if (from == size || isdigit((unsigned char)text[from]) != 0)
        return false;
    for (size_t i = from; i < size; i++)
        if (!is_part(text[i]))
            return false;
    return true;
}

static bool make_room(struct gn_words *w)
{
    const size_t room = w->room > 0 ? 2 * w->room : 512;
    const char **items;

    if (w->count < w->room)
        return true;
    items = gn_realloc(w->items, room * sizeof items[0]);
    if (items == NULL)
        return false;
    w->items = items;
    w->room = room;
    return true;
}

void gn_words_add(struct gn_words *w, const char *text, size_t size,
                  const char *behind)
{
    const char *word;

    if (!is_name(text, size))
        return;
    word = gn_arena_printf(&w->memory, "%.*s%s", (int)size, text, behind);
    if (word == NULL || !make_room(w))
        w->failed = true;
    else
        w->items[w->count++] = word;
}

static int compare(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcasecmp(*x, *y);
}

void gn_words_sort(struct gn_words *w)
{
    size_t kept = 0;

    if (w->count == 0)
        return;
    qsort(w->items, w->count, sizeof w->items[0], compare);
    for (size_t i = 1; i < w->count; i++)
        if (strcasecmp(w->items[i], w->items[kept]) != 0)
            w->items[++kept] = w->items[i];
    w->count = kept + 1;
}

void gn_words_fini(struct gn_words *w)
{
    gn_arena_clear(&w->memory);
    gn_free(w->items);
    *w = (struct gn_words){0};
}

/* Where the word begins that ends with line, of size bytes. */
static size_t start(const char *line, size_t size)
{
    size_t at = size;

    while (at > 0 && is_part(line[at - 1]))
        at--;
    if (at > 0 && (line[at - 1] == ':' || (line[at - 1] == '.' && at == 1)))
        at--;
    return at;
}

static int small(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t shared(const char *a, const char *b, size_t most)
{
    size_t n = 0;

    while (n < most && a[n] != '\0' && small(a[n]) == small(b[n]))
        n++;
    return n;
}

struct gn_words_found gn_words_find(const struct gn_words *w, const char *line,
                                    size_t size)
{
    const size_t at = start(line, size);
    const size_t prefix = size - at;
    struct gn_words_found found = {.prefix = prefix};
    size_t first = 0;

    if (prefix == 0)
        return found;
    while (first < w->count &&
           strncasecmp(w->items[first], line + at, prefix) != 0)
        first++;
    if (first == w->count)
        return found;
    found.items = &w->items[first];
    found.common = strlen(w->items[first]);
    while (first + found.count < w->count &&
           strncasecmp(found.items[found.count], line + at, prefix) == 0) {
        found.common =
            shared(found.items[0], found.items[found.count], found.common);
        found.count++;
    }
    return found;
}
