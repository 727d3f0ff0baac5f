/*
 * ldjson.h - the objects that a page tells machines about itself, as JSON-LD
 * (https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents):
 * one by one, also those that stand in an array or in an @graph.
 *
 * Thread: one at a time. Memory: borrows the tree.
 */
#ifndef GN_EXTRACT_LDJSON_H
#define GN_EXTRACT_LDJSON_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

#include "base/buf.h"

struct gn_ldjson {
    const xmlNode *top;    /* scripts in it */
    const xmlNode *script; /* NULL: after the last object */
    struct gn_buf text;    /* of the script */
    const char **objects;  /* where they begin in it */
    size_t count, room;
    size_t at;           /* the object; 0 where there is a fault */
    struct gn_buf fault; /* what is wrong with the script; empty: nothing */
};

/* Stands on the first object, or script that is no JSON, below top. false: no
 * memory. Close it in any case. */
bool gn_ldjson_open(struct gn_ldjson *l, const xmlNode *top);
void gn_ldjson_close(struct gn_ldjson *l);

/* Stands on the next. false: no memory. */
bool gn_ldjson_next(struct gn_ldjson *l);

/* Fills out with the object as it is written; nothing if there is a fault. */
void gn_ldjson_object(const struct gn_ldjson *l, struct gn_buf *out);

/* Fills out with its type: the first, if it has several. */
void gn_ldjson_type(const struct gn_ldjson *l, struct gn_buf *out);

#endif
