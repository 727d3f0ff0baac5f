#include "cli/objects.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "extract/jsonfault.h"
#include "extract/jsonscan.h"

void gn_object_fini(struct gn_object *o)
{
    gn_free(o->names);
    gn_free(o->values);
    gn_arena_clear(&o->arena);
    gn_buf_fini(&o->prefix);
    *o = (struct gn_object){0};
}

size_t gn_object_size(const char *at, const char *end)
{
    return (size_t)(gn_jsonscan_end(at, end) - at);
}

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a row");
}

/* What the string from at to end (behind its quote) stands for, in the arena;
 * one without escapes stays where it is, unless as a name it needs a NUL. */
static struct garner_value text_of(struct gn_object *o, const char *at,
                                   const char *end, bool named)
{
    struct gn_buf text = {0};
    const size_t size = (size_t)(end - at) - 2;
    const char *copy = at + 1;
    size_t copied = size;

    if (memchr(at + 1, '\\', size) != NULL) {
        gn_jsonscan_text(at, end, &text);
        copied = text.size;
        copy = gn_buf_failed(&text)
                   ? NULL
                   : gn_arena_copy(&o->arena, gn_buf_cstr(&text), copied);
        o->arena.failed = o->arena.failed || copy == NULL;
        gn_buf_fini(&text);
    } else if (named) {
        copy = gn_arena_copy(&o->arena, copy, size);
    }
    return garner_text_n(copy, copied);
}

static struct garner_value number(const char *at, size_t size)
{
    char copy[400];
    char *end;
    long long integer;

    if (size >= sizeof copy)
        return garner_text_n(at, size);
    memcpy(copy, at, size);
    copy[size] = '\0';
    errno = 0;
    integer = strtoll(copy, &end, 10);
    if (*end == '\0' && errno == 0)
        return garner_integer(integer);
    return garner_real(strtod(copy, NULL));
}

/* The value of a base64 digit; -1: it is none. */
static int digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

/* The blob that base64 (RFC 4648) stands for; false: it is none. */
static bool decode(struct gn_object *o, struct garner_value text,
                   struct garner_value *out)
{
    const char *at = text.bytes.data;
    size_t size = text.bytes.size;
    unsigned char *blob = gn_arena_alloc(&o->arena, size + 1);
    unsigned bits = 0;
    size_t n = 0;

    if (blob == NULL || size % 4 != 0)
        return false;
    while (size > 0 && at[size - 1] == '=')
        size--;
    for (size_t i = 0; i < size; i++) {
        const int d = digit(at[i]);

        if (d < 0)
            return false;
        bits = bits << 6 | (unsigned)d;
        if (i % 4 != 0)
            blob[n++] = (unsigned char)(bits >> (6 - i % 4 * 2));
    }
    *out = garner_blob(blob, n);
    return true;
}

/* {"$base64": true, "encoded": "..."}, as sqlite-utils and garner write blobs;
 * everything else that is nested stays JSON. */
static struct garner_value nested(struct gn_object *o, const char *at,
                                  const char *end)
{
    struct garner_value value = garner_text_n(at, (size_t)(end - at));
    const char *is = NULL;
    const char *encoded = NULL;
    size_t fault;

    if (*at != '{' || (size_t)(end - at) < sizeof "{\"$base64\":true}" ||
        gn_jsonscan_find(at, end, "$.\"$base64\"", &is, &fault) != GARNER_OK ||
        is == NULL || strncmp(is, "true", 4) != 0 ||
        gn_jsonscan_find(at, end, "$.encoded", &encoded, &fault) != GARNER_OK ||
        encoded == NULL || *encoded != '"')
        return value;
    (void)decode(o, text_of(o, encoded, gn_jsonscan_end(encoded, end), false),
                 &value);
    return value;
}

static struct garner_value value_of(struct gn_object *o, const char *at,
                                    const char *end)
{
    switch (*at) {
    case '"':
        return text_of(o, at, end, false);
    case '{':
    case '[':
        return nested(o, at, end);
    case 't':
        return garner_integer(1);
    case 'f':
        return garner_integer(0);
    case 'n':
        return garner_null();
    default:
        return number(at, (size_t)(end - at));
    }
}

static bool make_room(struct gn_object *o)
{
    const size_t room = o->room * 2 + 16;
    const char **names;
    struct garner_value *values;

    if (o->count < o->room)
        return true;
    names = gn_realloc(o->names, room * sizeof names[0]);
    if (names != NULL)
        o->names = names;
    values = gn_realloc(o->values, room * sizeof values[0]);
    if (values != NULL)
        o->values = values;
    if (names == NULL || values == NULL)
        return false;
    o->room = room;
    return true;
}

static bool is_taken(const struct gn_object *o, const char *name)
{
    for (size_t i = 0; i < o->count; i++)
        if (strcasecmp(o->names[i], name) == 0)
            return true;
    return false;
}

/* The name of a column, of the string from at to end. */
static struct garner_value name_of(struct gn_object *o, const char *at,
                                   const char *end)
{
    const size_t before = o->prefix.size;
    struct garner_value name = text_of(o, at, end, true);

    if (before == 0 || o->arena.failed)
        return name;
    gn_buf_append(&o->prefix, name.bytes.data, name.bytes.size);
    name = garner_text_n(
        gn_arena_copy(&o->arena, gn_buf_cstr(&o->prefix), o->prefix.size),
        o->prefix.size);
    o->prefix.size = before;
    o->arena.failed = o->arena.failed || gn_buf_failed(&o->prefix);
    return name;
}

/* The object that is read. */
struct source {
    const char *text;
    const char *end;
    size_t *fault;
};

static enum garner_code members(struct gn_object *o, const struct source *s,
                                const char *at, struct garner_error *err);

/* Those of the object at at, which name has. */
static enum garner_code flatten(struct gn_object *o, const struct source *s,
                                struct garner_value name, const char *at,
                                struct garner_error *err)
{
    const size_t before = o->prefix.size;
    enum garner_code code = GARNER_OK;

    gn_buf_clear(&o->prefix);
    gn_buf_append(&o->prefix, name.bytes.data, name.bytes.size);
    gn_buf_byte(&o->prefix, '_');
    if (!gn_buf_failed(&o->prefix))
        code = members(o, s, at + 1, err);
    if (gn_buf_failed(&o->prefix))
        return no_memory(err);
    o->prefix.size = before;
    return code;
}

/* Reads one member from at on; *next is behind it. */
static enum garner_code member(struct gn_object *o, const struct source *s,
                               const char *at, const char **next,
                               struct garner_error *err)
{
    const char *stop = gn_jsonscan_end(at, s->end);
    const struct garner_value name = name_of(o, at, stop);
    struct garner_value value;

    if (o->arena.failed || !make_room(o))
        return no_memory(err);
    if (name.bytes.size == 0 || memchr(name.bytes.data, '\0', name.bytes.size))
        return gn_fail(err, GARNER_INVALID, "this is no name for a column");
    at = gn_jsonscan_blank(stop, s->end) + 1; /* past the colon */
    at = gn_jsonscan_blank(at, s->end);
    *next = gn_jsonscan_end(at, s->end);
    value = value_of(o, at, *next);
    if (o->flatten && *at == '{' && value.type != GARNER_BLOB)
        return flatten(o, s, name, at, err);
    if (is_taken(o, name.bytes.data))
        return gn_fail(err, GARNER_INVALID, "\"%.60s\" is there twice",
                       (const char *)name.bytes.data);
    o->names[o->count] = name.bytes.data;
    o->values[o->count++] = value;
    return o->arena.failed ? no_memory(err) : GARNER_OK;
}

/* Reads them from behind the brace on; so deep as JSON may be. */
static enum garner_code members(struct gn_object *o, const struct source *s,
                                const char *at, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    at = gn_jsonscan_blank(at, s->end);
    while (code == GARNER_OK && *at != '}') {
        if (*at == ',')
            at = gn_jsonscan_blank(at + 1, s->end);
        *s->fault = (size_t)(at - s->text);
        code = member(o, s, at, &at, err);
        at = gn_jsonscan_blank(at, s->end);
    }
    return code;
}

enum garner_code gn_object_read(struct gn_object *o, const char *text,
                                size_t size, size_t *fault,
                                struct garner_error *err)
{
    const struct source s = {text, text + size, fault};
    struct gn_json_fault f;
    enum garner_code code;

    gn_arena_rewind(&o->arena);
    o->arena.failed = false;
    gn_buf_clear(&o->prefix);
    o->count = 0;
    if (gn_json_fault(text, size, &f)) {
        *fault = f.at;
        return gn_fail(err, GARNER_INVALID, "this is not JSON: %s", f.what);
    }
    code = members(o, &s, text + 1, err);
    if (code != GARNER_OK || o->count > 0)
        return code;
    *fault = 0;
    return gn_fail(err, GARNER_INVALID, "this object is empty, and no row");
}
