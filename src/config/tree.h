/*
 * tree.h - a YAML file as a tree that knows its lines.
 *
 * Scalars are text: what type they have is said by who reads them, never by
 * YAML, so that no, on, 010 and 1:30 are what they look like. Anchors, aliases,
 * tags and a second document are refused, and so are keys given twice; depth
 * and size are bounded.
 */
#ifndef GN_CONFIG_TREE_H
#define GN_CONFIG_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "config/problems.h"

enum {
    GN_TREE_BYTES_MAX = 32 * 1024 * 1024,
    GN_TREE_NODES_MAX = 2000000,
    GN_TREE_DEPTH_MAX = 32,
};

enum gn_node_kind { GN_NODE_SCALAR, GN_NODE_LIST, GN_NODE_MAPPING };

struct gn_node {
    enum gn_node_kind kind;
    bool plain;       /* a scalar without quotes */
    bool block;       /* a scalar after | or >: its text begins a line below */
    int line;         /* from 1 */
    int column;       /* from 1, in characters */
    size_t count;     /* of a list's or mapping's values */
    const char *text; /* of a scalar: UTF-8, without NUL bytes inside */
    struct gn_node *key;   /* of a mapping's value: a scalar */
    struct gn_node *first; /* of a list's or mapping's values */
    struct gn_node *next;  /* value of the same list or mapping */
    struct gn_node *made;  /* of a list that SQL, its text, gave: its values
                              again, one behind the other */
};

/* Reads size bytes into a tree in memory; borrows data for the call. NULL: it
 * is no YAML (or memory ran out), and why was noted. Keys given twice are noted
 * too, but leave a tree. */
struct gn_node *gn_tree_parse(const char *data, size_t size,
                              struct gn_arena *memory,
                              struct gn_problems *problems);

#endif
