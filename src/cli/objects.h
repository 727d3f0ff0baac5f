/*
 * objects.h - a JSON object (RFC 8259) as a row: names and values. Pure.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_OBJECTS_H
#define GN_CLI_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "garner/error.h"
#include "garner/value.h"

/* All zero is an empty one. */
struct gn_object {
    bool flatten; /* the members of an object in it are its own: {"a": {"b": 1}}
                     is {"a_b": 1}; one that stands for a blob stays that */
    const char **names;
    struct garner_value *values;
    size_t count;
    size_t room;
    struct gn_arena arena; /* what texts live in */
    struct gn_buf prefix;  /* of the names of those that are read */
};

/* Bytes of the object that begins at at; all there are, if it does not end. */
size_t gn_object_size(const char *at, const char *end);

/* Reads the object that is text, which is borrowed as long as what was read is
 * used. Errors: INVALID (at byte *fault is no JSON, or a name comes twice; or
 * it has none), NOMEM. */
enum garner_code gn_object_read(struct gn_object *o, const char *text,
                                size_t size, size_t *fault,
                                struct garner_error *err);
void gn_object_fini(struct gn_object *o);

#endif
